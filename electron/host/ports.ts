import type { VaultKeySource } from '../../db/vault.ts';
import type { Problem } from '../contract/index.ts';

/** Where the cloud is. There is no default but the practice cloud. */
export interface CloudConfiguration {
  /** Base address; the contract's paths begin below its `/v1`. */
  readonly url: string;
  /** OpenID issuer. */
  readonly issuer: string;
}

/** A line of the log. It never holds a secret. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  readonly what: string;
  readonly problem?: Problem;
  readonly supportId?: string;
  readonly cause?: unknown;
}

/** Everything the host takes from outside, so that it runs the same in Electron, in the browser, and in tests. */
export interface HostPorts {
  readonly version: string;
  /** Absolute path of the folder that holds the database. */
  readonly dataDir: string;
  /** Where the data key's wrap comes from. */
  readonly vault: VaultKeySource;
  /** Null where no cloud is configured: then practice mode is offered. */
  readonly cloud: CloudConfiguration | null;
  /** Starts in practice mode without asking. */
  readonly practice: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
  /** From 0 to less than 1. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly fetch: typeof fetch;
  /** Opens a page in the system browser. */
  readonly openExternal: (url: string) => void;
  /** Keeps the computer from sleeping while a device is worked on, or no longer: an armed device would go back. */
  readonly keepAwake: (wanted: boolean) => void;
  readonly log: (entry: LogEntry) => void;
}
