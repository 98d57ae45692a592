import type { Device } from '../device.ts';

/** The time as the work trusts it: whether the laptop's clock may be believed is judged before (A44). */
export interface TrustedTime {
  /** Seconds since 1970, UTC. */
  utcSeconds(): number;
  /** IANA name. */
  readonly timeZone: string;
}

/** A device's clock may be off by this much without being set again, in seconds. */
const TOLERANCE_SECONDS = 2;

/** Whether the device has the time zone, and the time within two seconds. */
export async function hasTime(device: Device, time: TrustedTime, signal: AbortSignal): Promise<boolean> {
  const { utc, tz } = await device.clock({ signal });
  return tz === time.timeZone && Math.abs(utc - time.utcSeconds()) <= TOLERANCE_SECONDS;
}

/** Sets the device's clock, unless it is right. */
export async function setTime(device: Device, time: TrustedTime, signal: AbortSignal): Promise<void> {
  if (await hasTime(device, time, signal)) return;
  await device.writeClock({ utc: time.utcSeconds(), tz: time.timeZone }, { signal });
}
