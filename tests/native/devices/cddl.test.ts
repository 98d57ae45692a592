import { describe, expect, test } from 'vitest';
import type { Command } from '../../../native/devices/command.ts';
import * as commands from '../../../native/devices/commands/index.ts';
import type { CborInput, CborMap, CborValue } from '../../../native/smp/index.ts';
import { matches } from '../virtual/cddl.ts';

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
const RESPONSES: [string, Pick<Command<never, unknown>, 'parse'>, CborMap][] = [
  ['echo-response', commands.echo, { r: 'hi' }],
  ['parameters-response', commands.readParameters, { buf_size: 2048, buf_count: 4 }],
  ['application-info-response', commands.readApplicationInfo, { output: 'x' }],
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

const REQUESTS: [string, Pick<Command<never, unknown>, 'encode'>, CborMap][] = [
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

const NUMBERS = [
  -(2 ** 31),
  -128,
  -127,
  -61,
  -60,
  -1,
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  9,
  10,
  13,
  14,
  15,
  20,
  21,
  60,
  61,
  100,
  101,
  120,
  121,
  180,
  181,
  240,
  241,
  255,
  256,
  1023,
  1024,
  1439,
  1440,
  65_535,
  65_536,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
];
const TEXTS = [0, 1, 7, 8, 32, 33, 64, 65, 100, 101, 253, 254].map((length) => 'x'.repeat(length));
const MORE_TEXTS = [
  'ü'.repeat(32),
  'ü'.repeat(33),
  '04.a2.ff',
  '04.A2.FF ',
  '1.2.3.4',
  'none',
  'cell',
  'detached',
  'wep',
];
const BYTES = [0, 1, 16, 31, 32, 33, 64, 65, 66, 256, 257].map((length) => new Uint8Array(length));
const LISTS = [
  [],
  [1],
  [true],
  ['eth'],
  ['lte'],
  Array<CborValue>(7).fill(true),
  Array<CborValue>(8).fill(true),
];
const OTHERS: CborValue[] = [null, true, false, {}, 5n];
const VALUES: CborValue[] = [...NUMBERS, ...TEXTS, ...MORE_TEXTS, ...BYTES, ...LISTS, ...OTHERS];

/** Every body that differs from `body` in one value, however deep, or lacks one key, or has one more. */
function* mutations(body: CborValue): Generator<CborValue> {
  yield* VALUES;
  if (Array.isArray(body)) {
    for (const count of [0, 2, 3, 4, 7, 8, 9, 22, 23, 32, 33])
      yield Array<CborValue>(count).fill(body[0] ?? 0);
    const [first, ...rest] = body;
    if (first !== undefined) for (const mutated of mutations(first)) yield [mutated, ...rest];
  } else if (typeof body === 'object' && body !== null && !(body instanceof Uint8Array)) {
    yield { ...body, unknown_key: [1] };
    for (const [key, value] of Object.entries(body)) {
      const { [key]: _, ...without } = body;
      yield without;
      for (const mutated of mutations(value)) yield { ...body, [key]: mutated };
    }
  }
}

function accepts(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

function mapsFrom(body: CborMap): CborMap[] {
  return [...mutations(body)].filter(
    (each): each is CborMap =>
      typeof each === 'object' && each !== null && !Array.isArray(each) && !(each instanceof Uint8Array),
  );
}

/** What the clauses refuse although the CDDL allows it: such a body is no disagreement. */
function isBeyondTheCddl(rule: string, body: CborMap): boolean {
  if (rule === 'identity-response') return !/^[\x20-\x7e]{1,32}$/.test(String(body.serial)); // A16
  if (rule === 'settings-write') return Number(inside(body.eom, 'from')) >= Number(inside(body.eom, 'to')); // A50
  if (rule !== 'network-write') return false;
  const missesAddress = ['addr', 'mask', 'gw'].some((key) => inside(body.eth, key) === undefined);
  const order = Array.isArray(body.order) ? body.order : [];
  return (
    (inside(body.eth, 'dhcp') === false && missesAddress) || // A41
    new Set(order).size !== order.length || // A41
    !/^([\x20-\x7e]{8,63}|[0-9A-Fa-f]{64})$/.test(String(inside(body.wifi, 'psk'))) // A41
  );
}

function inside(value: CborValue | undefined, key: string): CborValue | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap && !(value instanceof Uint8Array) ? value[key] : undefined;
}

describe('the CDDL and the commands agree (A55)', () => {
  test.each(RESPONSES)('%s', (rule, command, right) => {
    expect(matches(rule, right)).toBe(true);
    const bodies = mapsFrom(right);
    const wrong = bodies.filter((body) => !matches(rule, body));
    for (const body of [right, ...bodies]) {
      const accepted = accepts(() => command.parse(body));
      if (accepted !== matches(rule, body) && !isBeyondTheCddl(rule, body)) {
        expect.fail(`${rule} is ${accepted ? 'read' : 'refused'}: ${show(body)}`);
      }
    }
    expect(wrong.length).toBeGreaterThan(10);
  });

  test.each(REQUESTS)('%s', (rule, command, right) => {
    const encode = command.encode as (body: CborInput | CborMap) => CborInput;
    expect(matches(rule, encode(right) as CborMap)).toBe(true);
    for (const body of mapsFrom(right)) {
      // What is sent must match; what matches need not all be sendable, but what the clauses allow is.
      const accepted = accepts(() => encode(body));
      const strange = Object.hasOwn(body, 'unknown_key');
      if (accepted !== matches(rule, body) && !isBeyondTheCddl(rule, body) && !strange) {
        expect.fail(`${rule} is ${accepted ? 'sent' : 'not sent'}: ${show(body)}`);
      }
    }
  });
});

function show(body: CborMap): string {
  return JSON.stringify(body, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
