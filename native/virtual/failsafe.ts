import type { Clock, Timers } from './environment.ts';
import type { Flash } from './flash.ts';
import { groupRefusal } from './refusal.ts';

/** What else happens when the failsafe ends. */
export interface FailsafeEvents {
  onArmed(): void;
  onCommitted(): void;
  onRolledBack(): void;
}

/** The timer that makes commissioning whole or nothing (A35–A39). It belongs to the device, not to a session. */
export class Failsafe {
  readonly #flash: Flash;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #events: FailsafeEvents;
  #endsAtTicks = 0;
  #cancel: () => void = () => {};

  constructor(flash: Flash, timers: Timers, clock: Clock, events: FailsafeEvents) {
    this.#flash = flash;
    this.#timers = timers;
    this.#clock = clock;
    this.#events = events;
  }

  get armed(): boolean {
    return this.#flash.armed;
  }

  /** Whole seconds rounded up, 0 when idle (A35). */
  get leftSeconds(): number {
    if (!this.armed) return 0;
    return Math.max(0, Math.ceil((this.#endsAtTicks - this.#clock.ticks()) / 1000));
  }

  /** Starts or restarts the timer; the first state to return to stays (A35). */
  arm(seconds: number): void {
    this.#cancel();
    if (!this.armed) {
      this.#flash.arm();
      this.#events.onArmed();
    }
    this.#endsAtTicks = this.#clock.ticks() + seconds * 1000;
    this.#cancel = this.#timers.after(seconds * 1000, () => this.#rollBack());
  }

  /** Keeps everything; refused when idle, for what was written is gone (A35). */
  commit(): void {
    if (!this.armed) throw groupRefusal('failsafeIdle');
    this.#cancel();
    this.#flash.commit();
    this.#events.onCommitted();
  }

  /** Rolls back at once; when idle it does nothing (A35). */
  disarm(): void {
    if (this.armed) this.#rollBack();
  }

  /** Refuses what only the armed failsafe allows (A37). */
  require(): void {
    if (!this.armed) throw groupRefusal('failsafeNeeded');
  }

  /** A restart while armed rolls back before anything is answered (A39). */
  recover(): void {
    if (this.armed) this.#rollBack();
  }

  #rollBack(): void {
    this.#cancel();
    this.#flash.rollBack();
    this.#events.onRolledBack();
  }
}
