import type { Command } from '../../../native/devices/command.ts';
import * as commands from '../../../native/devices/commands/index.ts';
import type { CborMap } from '../../../native/smp/index.ts';

const POINT = new Uint8Array(65).fill(4);
const IDENTITY = {
  kind: 1,
  model: 'IQ3',
  serial: 'IQ3-000001',
  mac: '04.A2.FF',
  hw: '1',
  fw: '1.0.0',
  radio: 'blue_net',
  state: 2,
  proto: 1,
  caps: ['eth', 'wifi'],
};
const ETH = { dhcp: false, addr: '10.0.0.2', mask: '255.0.0.0', gw: '10.0.0.1', dns: ['10.0.0.1'] };
const NET = { ssid: new Uint8Array([65]), rssi: -60, ch: 6, sec: 'wpa2' };
const EOM = { days: [true, true, true, true, true, false, false], from: 480, to: 1080 };
const REACH = {
  link: 'eth',
  ip: '10.0.0.2',
  gw: true,
  dns: true,
  tcp: [{ host: 'h.example', port: 40_000, ok: true, ms: 12 }],
  update: { ok: true },
  time: { ok: true },
  cell: { rssi: -80 },
};
const HEALTH = { up: 9, led: 'off', dropped: 0, bat: 92, rssi: -61, temp: 21, door: 'closed' };

/** A body that is right, with the rule of `commissioning.cddl` that says so. */
export const RESPONSES: [string, Pick<Command<never, unknown>, 'parse'>, CborMap][] = [
  ['echo-response', commands.echo, { r: 'hi' }],
  ['parameters-response', commands.readParameters, { buf_size: 2048, buf_count: 4 }],
  ['application-info-response', commands.readApplicationInfo, { output: 'x' }],
  [
    'image-state-response',
    commands.readImages,
    { images: [{ image: 0, slot: 0, version: '1.2.3', hash: new Uint8Array(32), active: true }] },
  ],
  ['upload-response', commands.writeChunk, { off: 32, match: true }],
  ['identity-response', commands.readIdentity, IDENTITY],
  ['pair-response-1', commands.sharePairing, { y: POINT, cv: new Uint8Array(32), left: 4 }],
  ['failsafe-write-response', commands.writeFailsafe, { left: 180 }],
  ['failsafe-read-response', commands.readFailsafe, { left: 180, end: 'none' }],
  [
    'network-read-response',
    commands.readNetwork,
    { eth: ETH, wifi: { ssid: NET.ssid, sec: 'wpa', has_psk: true }, cell: { apn: 'm2m' }, order: ['eth'] },
  ],
  ['scan-response', commands.scan, { nets: [NET] }],
  ['reach-response', commands.reach, REACH],
  ['clock', commands.readClock, { utc: 1, tz: 'Etc/UTC' }],
  [
    'tree-read-response',
    commands.readTree,
    { rev: 1, items: [{ id: '04.A2.FF', parent: '4F.B2.31', type: 3 }] },
  ],
  ['tree-write-response', commands.writeTree, { rev: 1 }],
  ['attach-write-response', commands.writeAttach, { ticket: new Uint8Array(9) }],
  ['attach-read-response', commands.readAttach, { state: 'attached', rssi: -61, heard: 4 }],
  ['join-read-response', commands.readJoin, { key: POINT, state: 'detached' }],
  ['join-write-response', commands.writeJoin, { state: 'attach_pending' }],
  ['detach-write-response', commands.detach, { state: 'detach_pending' }],
  ['settings-read-response', commands.readSettings, { open_s: 5, audit_d: 30, eom: EOM, mode: 'office' }],
  ['test-write-response', commands.test, { ok: true, detail: 'ok' }],
  ['health-response', commands.readHealth, HEALTH],
  ['log-response', commands.readLog, { entries: [{ i: 1, t: 0, code: 'start' }], rest: false }],
];

/** A request that is right, with its rule. */
export const REQUESTS: [string, Omit<Command<never, unknown>, 'parse'>, CborMap][] = [
  ['echo-request', commands.echo, { d: 'hi' }],
  ['application-info-request', commands.readApplicationInfo, { format: 'a' }],
  [
    'upload-write',
    commands.writeEdgeChunk,
    { image: 0, len: 400, off: 0, sha: new Uint8Array(32), data: new Uint8Array(32) },
  ],
  ['image-state-write', commands.writeImages, { hash: new Uint8Array(32), confirm: false }],
  ['upload-next', commands.writeEdgeChunk, { off: 32, data: new Uint8Array(9) }],
  ['erase-write', commands.eraseImage, { slot: 1 }],
  ['pair-request-0', commands.beginPairing, { step: 0 }],
  ['pair-request-1', commands.sharePairing, { step: 1, x: POINT }],
  ['pair-request-2', commands.confirmPairing, { step: 2, cp: new Uint8Array(32) }],
  ['failsafe-write', commands.writeFailsafe, { arm: 180 }],
  [
    'network-write',
    commands.writeNetwork,
    { eth: ETH, wifi: { ssid: NET.ssid, sec: 'wpa', psk: '12345678' }, cell: { apn: 'm2m' }, order: ['eth'] },
  ],
  ['identify-write', commands.identify, { s: 3 }],
  ['clock', commands.writeClock, { utc: 1, tz: 'Etc/UTC' }],
  ['tree-write', commands.writeTree, { rev: 1, items: [{ id: '04.A2.FF', type: 2 }] }],
  ['attach-write', commands.writeAttach, { id: '01FFEE0011227F', type: 3, key: POINT }],
  ['attach-read', commands.readAttach, { id: '01FFEE0011227F' }],
  ['join-write', commands.writeJoin, { ticket: new Uint8Array(200) }],
  ['detach-write', commands.detach, { id: '01FFEE0011227F', force: true }],
  ['settings-write', commands.writeSettings, { open_s: 5, audit_d: 30, eom: EOM, mode: 'office' }],
  ['test-write', commands.test, { what: 'led' }],
  ['log-read', commands.readLog, { after: 7 }],
  ['factory-write', commands.factory, { sure: true }],
];
