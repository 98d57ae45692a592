import * as z from 'zod';
import { timeSchema } from './basics.ts';

/** The ways a hub may take to the cloud. */
export const networkWays = ['eth', 'wifi', 'cell'] as const;
const waySchema = z.enum(networkWays);

/** A Wi-Fi's name as bytes, in hex: 802.11 promises no text (A41). */
const ssidHexSchema = z.string().regex(/^(?:[0-9a-f]{2}){1,32}$/);

const ethernetSchema = z.object({
  dhcp: z.boolean(),
  addr: z.string().max(15).optional(),
  mask: z.string().max(15).optional(),
  gw: z.string().max(15).optional(),
  dns: z.array(z.string().max(15)).max(2).optional(),
});
const mobileSchema = z.object({ apn: z.string().max(100) });

/** How a Wi-Fi is secured; hubs join the first three alone. */
export const wifiSecurities = ['open', 'wpa', 'wpa2', 'wep', 'wpa3', 'enterprise', 'unknown'] as const;
export type WifiSecurity = (typeof wifiSecurities)[number];

/** A network as `configureNetwork` writes it (A41). The passphrase is never read back. */
export const networkSchema = z.object({
  eth: ethernetSchema.nullable(),
  wifi: z
    .object({
      ssid: z.string().min(1).max(32),
      /** The name's bytes where it is no text; they count, then, and not `ssid`. */
      ssidHex: ssidHexSchema.optional(),
      sec: z.enum(['open', 'wpa', 'wpa2']),
      /** Absent: the one stored in the hub stays, or with `reuse` the one of the last hub is taken. */
      psk: z.string().min(8).max(64).optional(),
      reuse: z.boolean().optional(),
      /** It does not tell its name, so no scan can speak for or against it. */
      hidden: z.boolean().optional(),
    })
    .nullable(),
  cell: mobileSchema.nullable(),
  order: z.array(waySchema).max(3),
});
export type Network = z.infer<typeof networkSchema>;

/** The network that a hub has now. */
export const hubNetworkSchema = z.object({
  /** What it is built with. */
  ways: z.array(waySchema),
  eth: ethernetSchema.nullable(),
  wifi: z
    .object({
      /** Blank where the name is no text. */
      ssid: z.string(),
      ssidHex: ssidHexSchema,
      sec: z.enum(['open', 'wpa', 'wpa2']),
      hasPassphrase: z.boolean(),
    })
    .nullable(),
  cell: mobileSchema.nullable(),
  order: z.array(waySchema).max(3),
});
export type HubNetwork = z.infer<typeof hubNetworkSchema>;

/** A Wi-Fi that a hub hears, on 2.4 GHz (A42). */
export const heardNetworkSchema = z.object({
  /** Blank where the name is no text. */
  ssid: z.string(),
  ssidHex: ssidHexSchema,
  /** dBm. */
  rssi: z.int(),
  channel: z.int(),
  security: z.enum(wifiSecurities),
});
export type HeardNetwork = z.infer<typeof heardNetworkSchema>;

/** What a hub heard, strongest first. */
export const heardNetworksSchema = z.object({
  at: timeSchema,
  networks: z.array(heardNetworkSchema).max(32),
});
export type HeardNetworks = z.infer<typeof heardNetworksSchema>;

/** The Wi-Fi that the last hub was given; its passphrase stays in the host. */
export const lastWifiSchema = z.object({
  ssid: z.string(),
  ssidHex: ssidHexSchema,
  sec: z.enum(['open', 'wpa', 'wpa2']),
  hasPassphrase: z.boolean(),
  savedAt: timeSchema,
});
export type LastWifi = z.infer<typeof lastWifiSchema>;

/** What the hub itself measured of its way to the cloud (A43). */
export const reachSchema = z.object({
  at: timeSchema,
  link: z.enum(['eth', 'wifi', 'cell', 'none']),
  ip: z.string(),
  gateway: z.boolean(),
  dns: z.boolean(),
  targets: z.array(z.object({ host: z.string(), port: z.int(), ok: z.boolean(), ms: z.int() })),
  update: z.boolean(),
  time: z.boolean(),
  /** Whether the hub kept the network it was measured with; else it went back to the one before. */
  kept: z.boolean(),
});
export type Reach = z.infer<typeof reachSchema>;
