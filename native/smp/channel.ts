import type { CodedError } from '../../electron/contract/errors.ts';

/**
 * The border between transports and everything above: one whole SMP packet per call, whatever carries it.
 * A channel has one owner, and does its own framing, reassembly and writing in order.
 */
export interface PacketChannel {
  readonly transport: 'usb' | 'bluetooth';
  /** What a person may be told about the way, as the port's path or the advertised name. */
  readonly label: string;
  /** Bytes of one fragment, where the way cuts packets to fragments (MTU − 3, A10); undefined on a cable. */
  readonly fragmentBytes?: number | undefined;
  /** Resolves when the packet was handed to the system; rejects with a CodedError where that fails. */
  send(packet: Uint8Array): Promise<void>;
  /** Every whole packet that arrives; its length is not yet compared with its header (A3). Returns the removal. */
  onPacket(listener: (packet: Uint8Array) => void): () => void;
  /** Told once, when the channel closes for whatever reason but `close()`. Returns the removal. */
  onClose(listener: (problem: CodedError) => void): () => void;
  /** Largest packet accepted from now on, in bytes with header: the device's `buf_size` (A7). */
  setMaxPacketBytes(bytes: number): void;
  close(): Promise<void>;
  readonly closed: boolean;
  /** How often something was discarded on receipt, by reason; for diagnostics. */
  readonly discarded: () => Record<string, number>;
}
