import type { DeviceLog } from './device-log.ts';
import type { Environment, Timers } from './environment.ts';
import type { Failsafe } from './failsafe.ts';
import type { Faults } from './faults.ts';
import type { Flash } from './flash.ts';
import type { Hand } from './hand.ts';
import type { HubRadio } from './hub-radio.ts';
import type { ImageSlots } from './image-slots.ts';
import type { MemberRadio } from './member-radio.ts';
import type { DeviceDescription } from './models.ts';
import type { PairingConnection, PairingGuard } from './pairing-guard.ts';
import type { Surroundings } from './surroundings.ts';

/** What the commands of a device work on. */
export interface Internals {
  readonly description: DeviceDescription;
  readonly environment: Environment;
  readonly flash: Flash;
  readonly failsafe: Failsafe;
  readonly pairing: PairingGuard;
  readonly timers: Timers;
  readonly log: DeviceLog;
  readonly hand: Hand;
  readonly faults: Faults;
  readonly surroundings: Surroundings;
  readonly images: ImageSlots;
  /** On an IQ. */
  readonly hub: HubRadio | undefined;
  /** On a lock or repeater. */
  readonly member: MemberRadio | undefined;
  /** Whole seconds since the last start (A52). */
  upSeconds(): number;
  /** UTC in seconds, 0 before it was ever set (A44). */
  utcSeconds(): number;
  /** 0 factory, 1 pairing open, 2 commissioned (A16). */
  state(): 0 | 1 | 2;
  /** Pattern and colour of the LED (A52). */
  led(): string;
  /** Blinks and buzzes for so many seconds; 0 stops (A44). */
  identify(seconds: number): void;
  /** Whether somebody held the reset button within the last 2 minutes (A54). */
  physicallyReset(): boolean;
  /** Restarts as by the reset command: the tries stay (A26). */
  restart(): void;
  /** Erases all that A54 names and restarts. */
  eraseAndRestart(): void;
}

/** What a command knows of its request. */
export interface RequestContext {
  readonly connection: PairingConnection;
  /** Bytes that the answer's body may have at most (A7). */
  readonly maxDataBytes: number;
  /** Runs once the answer went out. */
  afterAnswer(run: () => void): void;
}
