import { CodedError } from '../../electron/contract/errors.ts';
import type { PacketChannel } from '../smp/index.ts';
import { type Clock, withLimit } from './clock.ts';
import { Listeners } from './listeners.ts';

/** What differs between the ways to a device. */
export interface PacketWay {
  readonly transport: 'usb' | 'bluetooth';
  readonly label: string;
  readonly clock: Clock;
  /** As in {@link PacketChannel}. */
  readonly fragmentBytes?: number;
  /** Frames and writes one packet; rejects where the way is broken. */
  write(packet: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** The problem of a way that broke. */
  gone(cause?: unknown): CodedError;
  /** The problem of a way that takes no more bytes. */
  stuck(): CodedError;
}

/** Joins what arrives to packets. */
export interface PacketReceiver {
  push(bytes: Uint8Array): void;
  maxPacketBytes: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** A channel and the two things that its transport does to it. */
export interface ChannelEnds {
  readonly channel: PacketChannel;
  /** Bytes have come. */
  receive(bytes: Uint8Array): void;
  /** The way broke: closes it and tells the owner, once. */
  fail(problem: CodedError): void;
}

/** Largest packet accepted before the device has told its `buf_size` (A7): generous, and bounded. */
const FIRST_MAX_PACKET_BYTES = 4_096;
/** A full packet takes a quarter of a second at 115200; who stands still this long is stuck. */
const WRITE_LIMIT_MS = 5_000;

/** The part that all channels share: one write at a time in order, time limits, and an end that is told once. */
export function createPacketChannel(
  way: PacketWay,
  receiverFor: (options: {
    maxPacketBytes: number;
    now: () => number;
    onPacket: (packet: Uint8Array) => void;
  }) => PacketReceiver,
): ChannelEnds {
  const packets = new Listeners<Uint8Array>();
  const closes = new Listeners<CodedError>();
  const receiver = receiverFor({
    maxPacketBytes: FIRST_MAX_PACKET_BYTES,
    now: () => way.clock.ticks(),
    onPacket: (packet) => packets.emit(packet),
  });
  let end: CodedError | 'closed' | null = null;
  let lastWrite: Promise<void> = Promise.resolve();

  const fail = (problem: CodedError) => {
    if (end !== null) return;
    end = problem;
    void way.close();
    closes.emit(problem);
  };
  const write = async (packet: Uint8Array) => {
    if (end !== null) throw end === 'closed' ? way.gone() : end;
    try {
      const limit = { clock: way.clock, limitMs: WRITE_LIMIT_MS, onTimeout: way.stuck };
      await withLimit(way.write(packet), limit);
    } catch (error) {
      const problem = error instanceof CodedError ? error : way.gone(error);
      fail(problem);
      throw problem;
    }
  };
  const channel: PacketChannel = {
    transport: way.transport,
    label: way.label,
    fragmentBytes: way.fragmentBytes,
    send: (packet) => {
      const writing = lastWrite.then(() => write(packet));
      lastWrite = writing.catch(() => {});
      return writing;
    },
    onPacket: (listener) => packets.add(listener),
    onClose: (listener) => closes.add(listener),
    setMaxPacketBytes: (bytes) => {
      receiver.maxPacketBytes = bytes;
    },
    close: async () => {
      end ??= 'closed';
      await way.close();
    },
    get closed() {
      return end !== null;
    },
    discarded: () => ({ ...receiver.counters }),
  };
  const receive = (bytes: Uint8Array) => {
    if (end === null) receiver.push(bytes);
  };
  return { channel, receive, fail };
}
