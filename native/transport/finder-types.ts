import type { Problem } from '../../electron/contract/errors.ts';
import type { PacketChannel } from '../smp/index.ts';
import type { AdapterState } from './ble/port.ts';
import type { DeviceKind, DeviceState } from './identity.ts';

export type { AdapterState };

/** One way to a device. */
export interface FoundWay {
  readonly transport: 'usb' | 'bluetooth';
  /** Path of the port, or blank. */
  readonly place: string;
  readonly rssi: number | null;
  /** Milliseconds since 1970. */
  readonly lastSeenAt: number;
  /** Why it cannot be gone now; `serial.port_gone` for a while after the cable was pulled. */
  readonly problem: Problem | null;
}

/** One device, seen now over one way or two. */
export interface FoundDevice {
  /** Good for `open` while the device is in the list, and after it was recognised too. */
  readonly id: string;
  /** The way that `open` takes: USB where both are there and USB has no problem. */
  readonly transport: 'usb' | 'bluetooth';
  /** Path of the port, or blank. */
  readonly place: string;
  readonly kind: DeviceKind | 'unknown';
  readonly mac: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly state: DeviceState | null;
  /** dBm, smoothed; null where no radio hears it or the adapter does not know. */
  readonly rssi: number | null;
  /** Milliseconds since 1970. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly problem: Problem | null;
  /** Whether somebody has a channel to it. */
  readonly connected: boolean;
  /** Every way to it, the preferred one first. */
  readonly ways: readonly FoundWay[];
}

/** A serial port of this computer, or one that was added by path. */
export interface FoundPort {
  readonly path: string;
  /** Whether its USB ids are in the list, so that it is spoken to unasked. */
  readonly known: boolean;
  readonly addedByPath: boolean;
  /** What the system or the maker calls it; null where nobody does. */
  readonly name: string | null;
}

/** What the cable and the radio show now. */
export interface FinderSnapshot {
  readonly devices: readonly FoundDevice[];
  readonly bluetooth: AdapterState;
  /** What keeps Bluetooth from hearing anything; null where it works or is not known yet. */
  readonly bluetoothProblem: Problem | null;
  readonly usb: { readonly ports: readonly FoundPort[] };
}

/** Finds devices on USB, on Bluetooth and in memory, and is the only one that opens channels to them. */
export interface DeviceFinder {
  /** Begins to look. Never throws: what is missing shows as a state or a problem. */
  start(): void;
  /** Ends looking and everything that keeps the process alive. Channels belong to their owners. */
  stop(): Promise<void>;
  snapshot(): FinderSnapshot;
  /** Told after changes, at most ten times a second. Returns the removal. */
  onChange(listener: (snapshot: FinderSnapshot) => void): () => void;
  /**
   * Adds a port by its path and watches it from now on, there or not; resolves with its row when it was asked
   * who it is. What hinders is the row's problem.
   * @throws CodedError `serial.no_such_port` where `path` cannot be a path at all
   */
  addPort(path: string): Promise<FoundDevice>;
  /** Forgets a port that was added by path. */
  removePort(path: string): void;
  /**
   * Opens a channel to a device of the list, by its next way where one cannot be gone. One owner at a time; the
   * row stays while it is open.
   * @throws CodedError `finder.not_found`, `finder.device_in_use`, `serial.*`, `ble.*`
   */
  open(foundId: string, options?: { signal?: AbortSignal | undefined }): Promise<PacketChannel>;
}

/** One device over one way: what a source of the finder knows. */
export interface Sighting extends Omit<FoundDevice, 'id' | 'ways'> {
  /** Unique among all sightings, and stable while the device stays on this way. */
  readonly key: string;
}

/** Where sightings come from. */
export interface FinderSource {
  start(): void;
  stop(): Promise<void>;
  sightings(): readonly Sighting[];
  /** Opens the way of a sighting. The source marks it connected until the channel closes. */
  open(key: string, signal: AbortSignal | undefined): Promise<PacketChannel>;
}

/** How a source tells what it has: `change` for what a person sees at once, `signal` for strength and time. */
export type SightingChange = 'change' | 'signal';
