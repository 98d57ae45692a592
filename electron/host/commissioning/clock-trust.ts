import type { Store } from '../../../db/store.ts';
import { CodedError } from '../../contract/index.ts';

/** A clock that is further off than this is asked about (A44). */
export const clockToleranceMs = 120_000;
/** The day on which a person last said that the laptop's clock is right. */
const confirmedSetting = 'clock.confirmed_on';

/** Whether the laptop's time may be given to devices: locks in Easy Office Mode open by it (A44). */
export interface ClockTrust {
  /** Throws CLOCK_UNTRUSTED where nothing is known of the time, or what is known differs, and nobody confirmed it today. */
  assert(): void;
  /** The same against what a device thinks it is, in seconds since 1970. */
  compare(deviceUtcSeconds: number): void;
  /** A person compared it and says that it is right; holds for this day. */
  confirm(): void;
}

/** Makes the judge of the laptop's clock. */
export function createClockTrust(
  { settings }: Pick<Store, 'settings'>,
  now: () => number,
  offsetMs: () => number | null,
): ClockTrust {
  const doubt = (differenceMs: number | null, against: 'nothing' | 'cloud' | 'device'): void => {
    if (differenceMs !== null && Math.abs(differenceMs) <= clockToleranceMs) return;
    if (settings.get(confirmedSetting) === dayOf(now())) return;
    const minutes = Math.round(Math.abs(differenceMs ?? 0) / 60_000);
    throw new CodedError('CLOCK_UNTRUSTED', { against, minutes });
  };
  return {
    assert() {
      const offset = offsetMs();
      doubt(offset, offset === null ? 'nothing' : 'cloud');
    },
    compare: (deviceUtcSeconds) => doubt(deviceUtcSeconds * 1000 - (now() + (offsetMs() ?? 0)), 'device'),
    confirm: () => settings.set(confirmedSetting, dayOf(now())),
  };
}

/** The laptop's own day: the one that the person compares with a watch. */
function dayOf(moment: number): string {
  const day = new Date(moment);
  return `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`;
}
