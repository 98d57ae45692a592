import type { DeviceClock } from '../commands/index.ts';
import type { Device } from '../device.ts';

/** The time as the work trusts it: whether the laptop's clock may be believed is judged before (A44). */
export interface TrustedTime {
  /** Seconds since 1970, UTC. */
  utcSeconds(): number;
  /** IANA name. */
  readonly timeZone: string;
  /** Told what the device thinks it is, in seconds since 1970, before it is set; throws where that speaks against ours. */
  readonly compare?: ((deviceUtcSeconds: number) => void) | undefined;
}

/** A device's clock may be off by this much without being set again, in seconds. */
const TOLERANCE_SECONDS = 2;

/** Whether the device has the time zone, and the time within two seconds. */
export async function hasTime(device: Device, time: TrustedTime, signal: AbortSignal): Promise<boolean> {
  return isRight(await device.clock({ signal }), time);
}

function isRight({ utc, tz }: DeviceClock, time: TrustedTime): boolean {
  return tz === time.timeZone && Math.abs(utc - time.utcSeconds()) <= TOLERANCE_SECONDS;
}

/** Sets the device's clock, unless it is right. */
export async function setTime(device: Device, time: TrustedTime, signal: AbortSignal): Promise<void> {
  const { utc, tz } = await device.clock({ signal });
  if (isRight({ utc, tz }, time)) return;
  // 0: never set (A44).
  if (utc !== 0) time.compare?.(utc);
  await device.writeClock({ utc: time.utcSeconds(), tz: time.timeZone }, { signal });
}
