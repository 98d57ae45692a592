import type { DeviceKind, DeviceModel, Radio } from '../../contract/index.ts';

export { nameKey } from '../../contract/name-key.ts';

/** `HH.HH.HH`, or the 14 characters of a BLUEnet lock id. */
const macForm = /^[0-9A-F]{2}\.[0-9A-F]{2}\.[0-9A-F]{2}$/;
const lockIdForm = /^[0-9A-F]{14}$/;
/** The only published sample of an IQ's activation code looks like this; others are a warning, never an error. */
const activationCodeForm = /^[0-9A-F]{2}[.:-]?[0-9A-F]{2}[.:-]?[0-9A-F]{2}$/i;
const emailForm =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/;

/**
 * Writes a MAC or lock id in its one form: accepts `:`, `-`, `.`, blanks or nothing between the bytes.
 * Answers undefined where it is neither six nor fourteen hex digits.
 */
export function normalizeMac(text: string): string | undefined {
  const digits = text.replace(/[.:\-\s]/g, '').toUpperCase();
  if (lockIdForm.test(digits)) return digits;
  if (!/^[0-9A-F]{6}$/.test(digits)) return undefined;
  return `${digits.slice(0, 2)}.${digits.slice(2, 4)}.${digits.slice(4)}`;
}

/** Whether `mac` has the form of its kind: a BLUEnet lock has a lock id, everything else three bytes. */
export function macFits(mac: string, kind: DeviceKind, radio: Radio | null): boolean {
  if (kind !== 'lock') return macForm.test(mac);
  if (radio === null) return lockIdForm.test(mac) || macForm.test(mac);
  return radio === 'blue_net' ? lockIdForm.test(mac) : macForm.test(mac);
}

/** Whether `mac` is a BLUEnet lock id, which is also that lock's activation code. */
export function isLockId(mac: string): boolean {
  return lockIdForm.test(mac);
}

/** A lock's radio, as its id shows it; null where the id has no known form. */
export function radioOfLock(mac: string): Radio | null {
  if (lockIdForm.test(mac)) return 'blue_net';
  return macForm.test(mac) ? 'rf_net' : null;
}

/** The models of each kind of device. */
export const modelsOfKind: Readonly<Record<DeviceKind, readonly DeviceModel[]>> = {
  iq: ['IQ2', 'IQ3', 'IQ3 Mini'],
  repeater: ['repeater'],
  lock: ['cylinder', 'cylinder_pin', 'escutcheon', 'escutcheon_pin', 'wall_reader', 'wall_reader_pin'],
};

/** An activation code as it is kept: without blanks and what else no code has, separators as on the label (A23). */
export function tidyCode(text: string): string {
  return text.replace(/[^0-9A-Za-z.:-]/g, '');
}

/** Whether an IQ's activation code looks like the published sample. */
export function isKnownCodeForm(code: string): boolean {
  return activationCodeForm.test(code.trim());
}

/** Whether an address may be sent to the cloud (ASCII, 6 to 254 characters, `Email` of the cloud's contract). */
export function isEmail(address: string): boolean {
  return address.length >= 6 && address.length <= 254 && emailForm.test(address) && !address.includes('..');
}

/** Addresses compare without regard to ASCII case, and nothing else is folded (C30). */
export function sameEmail(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whether the machine knows this IANA time zone. */
export function isTimeZone(name: string): boolean {
  return canonicalTimeZone(name) !== undefined;
}

function canonicalTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

interface LocaleWithZones extends Intl.Locale {
  getTimeZones?(): string[] | undefined;
}

const zonesOfCountry = new Map<string, ReadonlySet<string>>();

/** The time zones of an ISO 3166-1 country, canonical; empty where there is no such country. */
export function timeZonesOf(country: string): ReadonlySet<string> {
  if (!/^[A-Z]{2}$/.test(country)) return new Set();
  let zones = zonesOfCountry.get(country);
  if (zones === undefined) {
    const locale: LocaleWithZones = new Intl.Locale(`und-${country}`);
    zones = new Set((locale.getTimeZones?.() ?? []).map((zone) => canonicalTimeZone(zone) ?? zone));
    zonesOfCountry.set(country, zones);
  }
  return zones;
}

/** Whether a time zone is one of the country's. */
export function timeZoneFitsCountry(timeZone: string, country: string): boolean {
  const canonical = canonicalTimeZone(timeZone);
  return canonical !== undefined && timeZonesOf(country).has(canonical);
}
