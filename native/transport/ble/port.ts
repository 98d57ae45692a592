import type { Problem } from '../../../electron/contract/errors.ts';

/**
 * The laptop's Bluetooth, as the app shows it; `stuck` where the adapter leaves commands without an answer or
 * another program holds it.
 */
export type AdapterState = 'on' | 'off' | 'absent' | 'forbidden' | 'stuck' | 'unknown';

/** What was heard of one peripheral so far; advertisement and scan response may come apart. */
export interface HeardAdvertisement {
  /** Good for `connect` as long as the scan lives; never a device's identity (macOS hides addresses). */
  readonly peripheralId: string;
  /** Lower case, without dashes. */
  readonly serviceUuids: readonly string[];
  /** With the company id in front, as on air. */
  readonly manufacturerData: Uint8Array | null;
  /** dBm, or null where the adapter does not know. */
  readonly rssi: number | null;
}

/** A connection to the SMP characteristic of one peripheral. */
export interface BleLink {
  /** Negotiated, 23 at least. */
  readonly mtu: number;
  /** Resolves when the device notifies from now on. */
  subscribe(listener: (fragment: Uint8Array) => void): Promise<void>;
  /** A write without response of at most MTU − 3 bytes; resolves when the system took it. */
  write(fragment: Uint8Array): Promise<void>;
  /** Told once, when the connection ends without `close()`. Returns the removal. */
  onLost(listener: () => void): () => void;
  close(): Promise<void>;
}

/** The laptop's Bluetooth: the only owner of its scan. Everything above it is testable without a radio. */
export interface BlePort {
  readonly adapterState: AdapterState;
  /** What keeps it from hearing anything, with the cure of this system; null where it works or is not known yet. */
  readonly adapterProblem: Problem | null;
  /** Returns the removal. */
  onAdapterState(listener: (state: AdapterState) => void): () => void;
  /** Returns the removal. */
  onAdvertisement(listener: (heard: HeardAdvertisement) => void): () => void;
  /** Scans from now on whenever the adapter is on: actively, unfiltered, with repetitions. Never throws. */
  startScan(): void;
  stopScan(): void;
  /**
   * @throws CodedError `ble.unreachable`, `ble.not_a_device`, `ble.adapter_off`, `ble.adapter_absent`,
   *   `ble.adapter_stuck`, `ble.forbidden`; `abortError` of an aborted signal
   */
  connect(peripheralId: string, label: string, signal?: AbortSignal): Promise<BleLink>;
  /** Ends the scan, all connections and everything that would keep the process alive. */
  close(): Promise<void>;
}
