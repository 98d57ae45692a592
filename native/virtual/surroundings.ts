/** A Wi-Fi network in the air around a device. */
export interface WifiNetwork {
  /** Text, or bytes where it is no UTF-8 (A41). */
  readonly ssid: string | Uint8Array;
  /** dBm. */
  readonly rssi: number;
  readonly channel: number;
  readonly security: 'open' | 'wpa' | 'wpa2' | 'wep' | 'wpa3' | 'enterprise' | 'unknown';
  readonly hidden?: boolean;
  /** What it lets in; anybody where absent. */
  readonly password?: string;
}

/** What stands around a device and decides what `scan`, `reach` and `health` tell. */
export interface Surroundings {
  /** A network cable with a router behind it is plugged in. */
  cable: boolean;
  wifi: readonly WifiNetwork[];
  /** dBm of the mobile network; absent where there is none. */
  mobileRssi?: number | undefined;
  /** Whether names resolve and the targets answer. */
  internet: boolean;
  /** What the device was built to reach (A43): the two ports of S13. */
  targets: readonly { readonly host: string; readonly port: number; readonly open: boolean }[];
}

/** An office with a cable, a few networks, and everything open. */
export function ordinarySurroundings(): Surroundings {
  return {
    cable: true,
    wifi: [
      { ssid: 'Werkstatt', rssi: -48, channel: 6, security: 'wpa2' },
      { ssid: 'Front desk', rssi: -61, channel: 1, security: 'wpa2' },
      { ssid: 'Guests', rssi: -67, channel: 11, security: 'open' },
      { ssid: 'Campus', rssi: -70, channel: 6, security: 'enterprise' },
      { ssid: 'New wing', rssi: -74, channel: 3, security: 'wpa3' },
      { ssid: 'Old printer', rssi: -81, channel: 9, security: 'wep' },
    ],
    mobileRssi: -83,
    internet: true,
    targets: [
      { host: 'iq.doorstep.invalid', port: 40_000, open: true },
      { host: 'iq.doorstep.invalid', port: 40_001, open: true },
    ],
  };
}

/** The bytes of an ssid. */
export function ssidBytes(ssid: string | Uint8Array): Uint8Array {
  return typeof ssid === 'string' ? new TextEncoder().encode(ssid) : ssid;
}
