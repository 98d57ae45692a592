import * as z from 'zod';
import { CommissioningCommand } from '../../smp/index.ts';
import { defineCommand } from '../command.ts';
import { dbm, empty, integer, ipv4, networkInterface, radioSecurity, ssid, text, u32 } from '../fields.ts';

/** How long a device may look for networks, and measure its way to the cloud, in milliseconds (A9). */
const SCAN_WITHIN_MS = 15_000;
const REACH_WITHIN_MS = 30_000;

const ethernet = z.object({
  dhcp: z.boolean(),
  addr: ipv4.optional(),
  mask: ipv4.optional(),
  gw: ipv4.optional(),
  dns: z.array(ipv4).max(2).optional(),
});
export type Ethernet = z.output<typeof ethernet>;

const mobile = z.object({ apn: text(0, 100) });

const wifiToWrite = z.object({
  ssid,
  sec: radioSecurity,
  psk: z
    .string()
    .regex(/^(?:[\x20-\x7e]{8,63}|[0-9A-Fa-f]{64})$/)
    .optional(),
});

const dotted = z.ipv4();

/** Addresses are needed without DHCP, and must be addresses (A41). */
const ethernetToWrite = ethernet.refine(
  ({ dhcp, addr, mask, gw, dns }) =>
    (dhcp || (addr !== undefined && mask !== undefined && gw !== undefined)) &&
    [addr, mask, gw, ...(dns ?? [])].every((each) => each === undefined || dotted.safeParse(each).success),
);

/** What is absent stays, null removes an interface (A40, A41). */
export const writeNetwork = defineCommand({
  name: 'network',
  op: 'write',
  command: CommissioningCommand.network,
  request: z.object({
    eth: ethernetToWrite.nullable().optional(),
    wifi: wifiToWrite.nullable().optional(),
    cell: mobile.nullable().optional(),
    order: z
      .array(networkInterface)
      .min(1)
      .max(3)
      .refine((order) => new Set(order).size === order.length)
      .optional(),
  }),
  response: empty,
});
export type NetworkToWrite = Parameters<typeof writeNetwork.encode>[0];

/** The network as it is; the passphrase never comes back (A41). */
export const readNetwork = defineCommand({
  name: 'network',
  op: 'read',
  command: CommissioningCommand.network,
  request: empty,
  response: z.object({
    eth: ethernet.optional(),
    wifi: z.object({ ssid, sec: radioSecurity, has_psk: z.boolean() }).optional(),
    cell: mobile.optional(),
    order: z.array(networkInterface).max(3),
  }),
});
export type Network = ReturnType<typeof readNetwork.parse>;

/** Wi-Fi networks that the device hears, strongest first (A42). */
export const scan = defineCommand({
  name: 'network scan',
  op: 'read',
  command: CommissioningCommand.scan,
  answerWithinMs: SCAN_WITHIN_MS,
  request: empty,
  response: z.object({
    nets: z
      .array(
        z.object({
          ssid,
          rssi: dbm,
          ch: integer(1, 14),
          sec: z.enum(['open', 'wpa', 'wpa2', 'wep', 'wpa3', 'enterprise', 'unknown']),
        }),
      )
      .max(32),
  }),
});
export type HeardNetwork = ReturnType<typeof scan.parse>['nets'][number];

const verdict = z.object({ ok: z.boolean() });

/** The device's own way to the cloud, as the network stands now, committed or not (A43). */
export const reach = defineCommand({
  name: 'network check',
  op: 'read',
  command: CommissioningCommand.reach,
  answerWithinMs: REACH_WITHIN_MS,
  request: empty,
  response: z.object({
    link: z.enum(['eth', 'wifi', 'cell', 'none']),
    ip: z.union([ipv4, z.literal('')]),
    gw: z.boolean(),
    dns: z.boolean(),
    tcp: z.array(z.object({ host: text(1, 253), port: integer(1, 65_535), ok: z.boolean(), ms: u32 })).max(8),
    update: verdict,
    time: verdict,
    cell: z.object({ rssi: dbm }).optional(),
  }),
});
export type Reach = ReturnType<typeof reach.parse>;
