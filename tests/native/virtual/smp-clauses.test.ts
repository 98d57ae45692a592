import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../native/smp/index.ts';
import { hex, toHex, workedExample } from '../pairing/worked-example.ts';
import { Bench, err, rc } from './bench.ts';

const echo = { op: 0, group: 0, command: 0 } as const;

describe('A1 version field', () => {
  it.each([0, 1])('answers version %i with the same (A2)', async (version) => {
    const app = new Bench().app(new Bench().iq());
    expect(await app.open({ ...echo, version, data: { d: 'hi' } })).toEqual({ r: 'hi' });
  });

  it.each([2, 3])('refuses the reserved %i with rc 13 in version 2', async (version) => {
    const app = new Bench().app(new Bench().iq());
    expect(await app.open({ ...echo, version, data: { d: 'hi' } })).toEqual(rc(13));
    // Before anything else is looked at (A17).
    expect(await app.open({ op: 2, group: 99, command: 9, version, data: {} })).toEqual(rc(13));
  });

  it('refuses it inside the seal too, sealed', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    await app.pairWith();
    expect(await app.sealed({ ...echo, version: 3, data: { d: 'hi' } })).toEqual(rc(13));
  });
});

describe('A3 who may speak', () => {
  it.each([1, 3, 4, 5, 6, 7])('drops op %i without an answer, and counts it', async (op) => {
    const device = new Bench().iq();
    const app = new Bench().app(device);
    const packet = encodePacket({ op, version: 1, group: 0, sequence: 1, command: 0 }, Uint8Array.of(0xa0));
    expect(await app.raw(packet)).toEqual([]);
    expect(device.droppedPackets).toBe(1);
  });

  it('drops a packet that is not as long as its header says', async () => {
    const device = new Bench().iq();
    const app = new Bench().app(device);
    const packet = encodePacket(
      { op: 0, version: 1, group: 0, sequence: 1, command: 0 },
      Uint8Array.of(0xa0),
    );
    expect(await app.raw(packet.subarray(0, 8))).toEqual([]);
    expect(await app.raw(Uint8Array.from([...packet, 0]))).toEqual([]);
    expect(await app.raw(packet.subarray(0, 7))).toEqual([]);
    expect(await app.raw(new Uint8Array())).toEqual([]);
    expect(device.droppedPackets).toBe(4);
  });

  it('ignores res and flags (A2)', async () => {
    const app = new Bench().app(new Bench().iq());
    const packet = hex('0a00000600000100a16164626869');
    packet[0] = (packet[0] ?? 0) | 0xe0;
    packet[1] = 0xff;
    const [answer] = await app.raw(packet);
    expect(toHex(answer ?? new Uint8Array())).toBe('0b00000600000100a16172626869');
  });
});

describe('A6 CBOR', () => {
  const clock = (rawData: string) => ({ op: 2, group: 64, command: 8, rawData: hex(rawData) });

  it.each([
    ['a tag', 'a1617ac100'],
    ['a float', 'a1617af93c00'],
    ['undefined', 'a1617af7'],
    ['a key twice', 'a2617a00617a00'],
    ['bytes behind the map', 'a000'],
    ['a list', '80'],
    ['a map cut short', 'a1617a'],
    ['a key that is a number', 'a10101'],
    ['text that is no UTF-8', 'a1617a61ff'],
    ['nesting over 8', `a1617a${'81'.repeat(8)}80`],
    ['a missing key', 'a0'],
  ])('refuses %s with rc 3', async (_name, bytes) => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    await app.pairWith();
    expect(await app.sealed(clock(bytes))).toEqual(rc(3));
    expect(await app.read('clock')).toEqual({ utc: 0, tz: 'Etc/UTC' });
  });

  it('takes indefinite lengths, and ignores keys that it does not know', async () => {
    const app = new Bench().app(new Bench().iq());
    const rawData = hex('bf61647f61686169ff6178f6ff');
    expect(await app.open({ ...echo, rawData })).toEqual({ r: 'hi' });
  });

  it('takes no data for an empty map', async () => {
    const app = new Bench().app(new Bench().iq());
    expect(await app.open({ op: 0, group: 0, command: 6, rawData: new Uint8Array() })).toEqual({
      buf_size: 2048,
      buf_count: 4,
    });
  });
});

describe('A7 sizes, A8 order', () => {
  it('says 2048 on an IQ and 1024 elsewhere', async () => {
    const bench = new Bench();
    const parameters = { op: 0, group: 0, command: 6 };
    expect(await bench.app(bench.iq()).open(parameters)).toMatchObject({ buf_size: 2048 });
    expect(await bench.app(bench.lock()).open(parameters)).toMatchObject({ buf_size: 1024 });
  });

  it('drops a longer packet', async () => {
    const device = new Bench().lock();
    const app = new Bench().app(device);
    const text = (length: number) => ({ ...echo, data: { d: 'x'.repeat(length) } });
    expect(await app.open(text(1024 - 8 - 6))).toMatchObject({ r: expect.any(String) });
    expect(await app.open(text(1024 - 8 - 5))).toBe('silence');
    expect(device.droppedPackets).toBe(1);
  });

  it('refuses an inner packet over buf_size − 48 with rc 7, and answers one of just that size', async () => {
    const bench = new Bench();
    const app = bench.app(bench.lock());
    await app.pairWith();
    const text = (length: number) => ({ ...echo, data: { d: 'x'.repeat(length) } });
    expect(await app.sealed(text(1024 - 48 - 8 - 6))).toMatchObject({ r: expect.any(String) });
    expect(await app.sealed(text(1024 - 48 - 8 - 5))).toEqual(rc(7));
  });

  it('answers one at a time in the order of the requests; those over buf_count are lost', async () => {
    const device = new Bench().lock();
    const answers: number[] = [];
    const link = device.connect({ transport: 'usb', deliver: (packet) => answers.push(packet[6] ?? -1) });
    for (let sequence = 1; sequence <= 5; sequence++) {
      link.receive(encodePacket({ op: 0, version: 1, group: 64, sequence, command: 0 }, new Uint8Array()));
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(answers).toEqual([1, 2]);
  });
});

describe('A12 open commands', () => {
  it('echoes reads and writes, and tells what runs', async () => {
    const app = new Bench().app(new Bench().iq());
    expect(await app.open({ op: 2, group: 0, command: 0, data: { d: 'ü' } })).toEqual({ r: 'ü' });
    expect(await app.open({ op: 0, group: 0, command: 7, data: { format: 'a' } })).toEqual({
      output: expect.stringContaining('IQ3'),
    });
  });
});

describe('A16 identity', () => {
  it.each([
    [
      { kind: 'iq', model: 'IQ2', mac: '04.A2.FF' },
      { kind: 1, model: 'IQ2', caps: ['eth', 'poe', 'wifi', 'ble'] },
    ],
    [{ kind: 'iq', model: 'IQ2', mac: '04.A2.FF', mobile: true }, { caps: ['eth', 'poe', 'cell', 'ble'] }],
    [
      { kind: 'iq', model: 'IQ3', mac: '04.A2.FF' },
      { kind: 1, caps: ['eth', 'wifi', 'ble'] },
    ],
    [
      { kind: 'iq', model: 'IQ3 Mini', mac: '04.A2.FF' },
      { model: 'IQ3 Mini', caps: ['wifi', 'ble'] },
    ],
    [
      { kind: 'repeater', mac: '11.22.33' },
      { kind: 2, model: 'repeater', radio: 'blue_net' },
    ],
    [
      { kind: 'lock', model: 'cylinder', mac: '0A1B2C3D4E5F60', pin: true },
      { kind: 3, radio: 'blue_net', mac: '0A1B2C3D4E5F60', caps: ['ble', 'motor', 'tag', 'pin'] },
    ],
    [
      { kind: 'lock', model: 'escutcheon', mac: '22.33.44', radio: 'rf_net' },
      { radio: 'rf_net', mac: '22.33.44', caps: ['motor', 'handle', 'tag'] },
    ],
    [{ kind: 'lock', model: 'wall_reader', mac: '22.33.44', radio: 'rf_net' }, { caps: ['tag'] }],
  ] as const)('of %o', async (plan, expected) => {
    const bench = new Bench();
    const identity = await bench.app(bench.device(plan)).identity();
    expect(identity).toMatchObject({ ...expected, state: 0, proto: 1 });
    if (plan.kind === 'iq') expect(identity).not.toHaveProperty('radio');
  });

  it('is 2 once anything was committed, and 1 while Bluetooth pairing is open', async () => {
    const bench = new Bench();
    const device = bench.iq();
    const app = bench.app(device);
    await app.pairWith();
    await app.write('failsafe', { arm: 60 });
    expect(await app.identity()).toMatchObject({ state: 0 });
    await app.write('failsafe', { commit: true });
    expect(await app.identity()).toMatchObject({ state: 2 });
    device.pressButton();
    expect(await app.identity()).toMatchObject({ state: 1 });
    await bench.clock.pass(120);
    expect(await app.identity()).toMatchObject({ state: 2 });
  });
});

describe('A15 advertising', () => {
  it.each([
    [{ kind: 'iq', mac: '04.A2.FF' }, 'ffff0101000000000004a2ff'],
    [{ kind: 'lock', mac: '0A1B2C3D4E5F60' }, 'ffff0103000a1b2c3d4e5f60'],
  ] as const)('of %o', (plan, onAir) => {
    const device = new Bench().device(plan);
    expect(device.advertises).toBe(true);
    expect(toHex(device.manufacturerData)).toBe(onAir);
  });

  it('an RFnet lock has no Bluetooth', () => {
    expect(new Bench().lock({ radio: 'rf_net', mac: '22.33.44' }).advertises).toBe(false);
  });
});

describe('A17 precedence', () => {
  const known = { op: 0, group: 64, command: 15 };

  it.each([
    ['a closed command', known],
    ['reset', { op: 2, group: 0, command: 5 }],
    ['an unknown group', { op: 0, group: 65, command: 0 }],
    ['an unknown command', { op: 2, group: 64, command: 99 }],
    ['a write of identity', { op: 2, group: 64, command: 0 }],
    ['a read of the seal', { op: 0, group: 64, command: 2 }],
    ['the image group', { op: 0, group: 1, command: 0 }],
    ['CBOR that is none, closed', { ...known, rawData: Uint8Array.of(0xff) }],
  ])('in the open refuses %s with rc 11, before and after pairing', async (_name, request) => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    expect(await app.open(request)).toEqual(rc(11));
    await app.pairWith();
    expect(await app.open(request)).toEqual(rc(11));
  });

  it('changes nothing by what it refuses in the open', async () => {
    const bench = new Bench();
    const device = bench.iq();
    const app = bench.app(device);
    await app.pairWith();
    await app.open({ op: 2, group: 64, command: 3, data: { arm: 60 } });
    expect(await app.read('failsafe')).toEqual({ left: 0, end: 'none' });
    expect(device.writes.failsafe).toBeUndefined();
  });

  it.each([
    ['an unknown group', 'iq', { op: 0, group: 65, command: 0 }],
    ['an unknown command', 'iq', { op: 0, group: 64, command: 99 }],
    ['an unknown op', 'iq', { op: 2, group: 64, command: 15 }],
    ['join on an IQ', 'iq', { op: 0, group: 64, command: 11 }],
    ['settings on an IQ', 'iq', { op: 0, group: 64, command: 13 }],
    ['test on an IQ', 'iq', { op: 2, group: 64, command: 14 }],
    ['tree on a lock', 'lock', { op: 0, group: 64, command: 9 }],
    ['attach on a lock', 'lock', { op: 0, group: 64, command: 10 }],
    ['settings on a repeater', 'repeater', { op: 0, group: 64, command: 13 }],
    ['pair (A27)', 'iq', { op: 2, group: 64, command: 1, data: { step: 0 } }],
    ['sealed (A32)', 'iq', { op: 2, group: 64, command: 2 }],
    ['the date of group 0 (A13)', 'iq', { op: 0, group: 0, command: 4 }],
    ['CBOR that is none, unknown command', 'iq', { op: 0, group: 64, command: 99, rawData: hex('ff') }],
  ] as const)('inside the seal refuses %s with rc 8', async (_name, kind, request) => {
    const bench = new Bench();
    const app = bench.app(bench[kind]());
    await app.pairWith();
    expect(await app.sealed(request)).toEqual(rc(8));
  });

  it('judges CBOR before values, and values before state', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    await app.pairWith();
    // Not armed, and stale: but the body is wrong first.
    expect(await app.write('tree', { rev: -1, items: [] })).toEqual(rc(3));
    expect(await app.write('tree', { rev: 7, items: [{ id: '04.A2.FF', type: 3 }] })).toEqual(err(9));
    expect(await app.write('tree', { rev: 7, items: [] })).toEqual(err(6));
  });
});

describe('A20 version 1', () => {
  it('gets errors of group 64 as rc 256 + n, and others as they are', async () => {
    const bench = new Bench();
    const app = bench.app(bench.iq());
    await app.pairWith();
    expect(await app.sealed({ op: 2, group: 64, command: 3, version: 0, data: { commit: true } })).toEqual(
      rc(263),
    );
    expect(await app.sealed({ op: 2, group: 64, command: 99, version: 0 })).toEqual(rc(8));
  });
});

it('A56 echo', async () => {
  const [answer] = await new Bench().app(new Bench().iq()).raw(hex('0a00000600000100a16164626869'));
  expect(toHex(answer ?? new Uint8Array())).toBe('0b00000600000100a16172626869');
});

it('A56 the whole pairing and the first sealed exchange, byte for byte', async () => {
  const bench = new Bench({ randomScalar: () => workedExample.y });
  const device = bench.iq({ serial: workedExample.serial, activationCode: workedExample.code });
  // The example's salt; a device's own is made from its serial.
  Object.assign(device.description, { salt: hex(workedExample.salt) });
  await bench.clock.pass(7);
  const app = bench.app(device);
  expect(await app.pair({ step: 0 })).toEqual({ salt: hex(workedExample.salt), rounds: 1000, left: 5 });
  expect(await app.pair({ step: 1, x: hex(workedExample.shareP) })).toEqual({
    y: hex(workedExample.shareV),
    cv: hex(workedExample.confirmV),
    left: 4,
  });
  expect(await app.pair({ step: 2, cp: hex(workedExample.confirmP) })).toEqual({});
  const [answer] = await app.raw(hex(workedExample.outerRequest));
  expect(toHex(answer ?? new Uint8Array())).toBe(workedExample.outerResponse);
});
