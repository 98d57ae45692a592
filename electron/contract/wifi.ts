import type { Problem } from './errors.ts';
import type { HeardNetwork, WifiSecurity } from './model/network.ts';

/** Whether a hub can join a network so secured (A41). */
export function isJoinable(security: WifiSecurity): security is 'open' | 'wpa' | 'wpa2' {
  return security === 'open' || security === 'wpa' || security === 'wpa2';
}

/** What is asked for of a Wi-Fi. */
export interface WantedWifi {
  readonly ssid: string;
  readonly ssidHex?: string | undefined;
  readonly hidden?: boolean | undefined;
}

/** The bytes of a name, in hex; those of UTF-8 where it is text. */
export function ssidHexOf({ ssid, ssidHex }: Pick<WantedWifi, 'ssid' | 'ssidHex'>): string {
  if (ssidHex !== undefined) return ssidHex;
  return Array.from(new TextEncoder().encode(ssid), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A name's bytes as text; blank where they are none, or hold what cannot be shown. */
export function ssidText(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /\p{Cc}/u.test(text) ? '' : text;
  } catch {
    return '';
  }
}

/**
 * Why a hub cannot join a Wi-Fi, by what it hears of it: WIFI_SECURITY where every network of that name asks for
 * more than a hub can, WIFI_BAND where it hears none of that name on 2.4 GHz and the name is not said to be hidden.
 */
export function wifiProblem(wanted: WantedWifi, heard: readonly HeardNetwork[]): Problem | null {
  const hex = ssidHexOf(wanted);
  const name = wanted.ssid === '' ? hex : wanted.ssid;
  const same = heard.filter((network) => network.ssidHex === hex);
  if (same.some(({ security }) => isJoinable(security))) return null;
  const [first] = same;
  if (first !== undefined) {
    return { code: 'WIFI_SECURITY', params: { ssid: name, security: first.security } };
  }
  return wanted.hidden === true ? null : { code: 'WIFI_BAND', params: { ssid: name } };
}

/** Whether a hub takes it: 8 to 63 printable ASCII characters, or the 64 hex digits of the key itself (A41). */
export function isPassphrase(text: string): boolean {
  return /^[\x20-\x7e]{8,63}$/.test(text) || /^[0-9a-fA-F]{64}$/.test(text);
}
