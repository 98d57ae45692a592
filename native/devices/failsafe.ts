import { CodedError } from '../../electron/contract/errors.ts';
import type { Clock } from '../smp/index.ts';
import type { Device } from './device.ts';
import type { Journal } from './journal.ts';

/** What every arming asks for: the longest the device allows, in seconds (A35). */
export const ARM_SECONDS = 180;
/** Armed again when less than this is left, in milliseconds: half. */
export const REARM_BELOW_MS = (ARM_SECONDS * 1000) / 2;

/**
 * The failsafe of one device, as one piece of work uses it (A35–A39). Nothing that it confirms was rolled
 * back in between: before every new arming it asks the device whether the old one still stands.
 */
export class Failsafe {
  /** The connection it is reached by now; a new one to the same device may take its place (A37). */
  device: Device;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #onChange: () => void;
  #endsAtTicks: number | undefined;

  constructor(device: Device, options: { clock: Clock; journal: Journal; onChange?: () => void }) {
    this.device = device;
    this.#onChange = options.onChange ?? (() => {});
    this.#clock = options.clock;
    this.#journal = options.journal;
  }

  get armed(): boolean {
    return this.#endsAtTicks !== undefined;
  }

  /** Milliseconds until the device goes back by itself; undefined while idle. */
  get leftMs(): number | undefined {
    return this.#endsAtTicks === undefined ? undefined : Math.max(0, this.#endsAtTicks - this.#clock.ticks());
  }

  /**
   * Whether the device is armed by this same piece of work, as it may be after a crash. What somebody else
   * left armed is rolled back first, or its writes would be confirmed with ours (A37).
   */
  async isOurs(signal: AbortSignal): Promise<boolean> {
    const { left } = await this.device.failsafe({ signal });
    if (left === 0) return false;
    if (this.#journal.recall(this.#fact) === 'armed') return true;
    await this.device.disarm({ signal });
    return false;
  }

  /**
   * Arms. What this same piece of work left armed is taken over, with what was written under it; true then.
   */
  async arm(signal: AbortSignal): Promise<boolean> {
    if (this.armed) return true;
    const takenOver = await this.isOurs(signal);
    this.#journal.remember(this.#fact, 'armed');
    await this.#armFully(signal);
    return takenOver;
  }

  /** Arms again if less than half is left. */
  async keep(signal: AbortSignal): Promise<void> {
    if (this.leftMs !== undefined && this.leftMs < REARM_BELOW_MS) await this.extend(signal);
  }

  /**
   * Arms again to the full time.
   * @throws CodedError `commission.failsafe_expired` if the device has gone back meanwhile.
   */
  async extend(signal: AbortSignal): Promise<void> {
    const { left } = await this.device.failsafe({ signal });
    if (left === 0) throw this.#expired();
    await this.#armFully(signal);
  }

  /**
   * Keeps everything that was written. A lost answer is settled by asking (A36).
   * @throws CodedError `commission.failsafe_expired` if the device has gone back meanwhile.
   */
  async commit(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.device.commit({ signal });
        break;
      } catch (caught) {
        if (!isUnsettled(caught)) throw caught;
        const { left, end } = await this.device.failsafe({ signal });
        if (left > 0) continue;
        if (end !== 'committed') throw this.#expired();
        break;
      }
    }
    this.#forget();
  }

  /** Goes back to what was. */
  async disarm(signal: AbortSignal): Promise<void> {
    if (!this.armed) return;
    await this.device.disarm({ signal });
    this.#forget();
  }

  async #armFully(signal: AbortSignal): Promise<void> {
    const { left } = await this.device.arm(ARM_SECONDS, { signal });
    this.#endsAtTicks = this.#clock.ticks() + left * 1000;
    this.#onChange();
  }

  get #fact(): string {
    return `failsafe ${this.device.identity.serial}`;
  }

  #forget(): void {
    this.#endsAtTicks = undefined;
    this.#journal.remember(this.#fact, 'idle');
  }

  #expired(): CodedError {
    this.#forget();
    return new CodedError('commission.failsafe_expired', { device: this.device.identity.mac });
  }
}

/** No answer, or `failsafe_idle`, which the commit whose answer was lost would explain, too. */
function isUnsettled(caught: unknown): boolean {
  return (
    caught instanceof CodedError &&
    (caught.code === 'device.timeout' || caught.code === 'device.failsafe_idle')
  );
}
