import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ConsoleReceiver,
  decodeMap,
  encodeConsoleFrame,
  encodeMap,
  encodePacket,
  type PacketChannel,
} from '../../../native/smp/index.ts';
import {
  BluetoothEnd,
  ConsoleEnd,
  connectInMemory,
  createVirtualSite,
  memorySource,
  type VirtualDevice,
} from '../../../native/virtual/index.ts';
import { hex, workedExample } from '../pairing/worked-example.ts';
import { Bench } from './bench.ts';

const identity = encodePacket({ op: 0, version: 1, group: 64, sequence: 1, command: 0 }, new Uint8Array());

/** A console end with its line read by the receiver that the app has, too. */
function consoleOf(device: VirtualDevice, bench: Bench) {
  const packets: Uint8Array[] = [];
  const texts: string[] = [];
  const discarded: string[] = [];
  const receiver = new ConsoleReceiver({
    maxPacketBytes: 4096,
    onPacket: (packet) => packets.push(packet),
    onText: (text) => texts.push(text),
    onDiscarded: (reason) => discarded.push(reason),
    now: bench.clock.now,
  });
  const line: Uint8Array[] = [];
  const end = new ConsoleEnd(device, {
    clock: bench.clock,
    seesHangUp: true,
    write: (bytes) => {
      line.push(bytes);
      receiver.push(bytes);
    },
  });
  return { end, packets, texts, discarded, line };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the console (A4, A5)', () => {
  it('answers the line of the worked example (A56) with one', async () => {
    const bench = new Bench();
    const { end, line } = consoleOf(bench.iq(), bench);
    end.push(hex('06094142414b4141414741414142414b46685a474a6f616157760a'));
    await settled();
    expect(Buffer.concat(line)).toEqual(Buffer.from(encodeConsoleFrame(hex('0b00000600000100a16172626869'))));
  });

  it('takes any split, with text around', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }), async (cuts) => {
        const bench = new Bench();
        const { end, packets } = consoleOf(bench.iq(), bench);
        let rest = Buffer.concat([
          Buffer.from('login: \r\n$ '),
          encodeConsoleFrame(identity),
          Buffer.from('\n'),
        ]);
        for (const cut of cuts) {
          end.push(rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        end.push(rest);
        await settled();
        expect(packets).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
  });

  it('drops and counts what is too long for its buffer', async () => {
    const bench = new Bench();
    const { end, packets } = consoleOf(bench.lock(), bench);
    const long = encodePacket({ op: 0, version: 1, group: 0, sequence: 1, command: 0 }, new Uint8Array(1017));
    end.push(encodeConsoleFrame(long));
    end.push(encodeConsoleFrame(identity));
    await settled();
    expect(packets).toHaveLength(1);
    expect(end.discarded).toMatchObject({ bad_length: 1 });
  });

  it('a wrong CRC is on the line as one, and goes after so many frames', async () => {
    const bench = new Bench();
    const device = bench.iq();
    const { end, packets, discarded } = consoleOf(device, bench);
    device.faults.set({ kind: 'wrong_crc', count: 1 });
    end.push(encodeConsoleFrame(identity));
    await settled();
    expect(discarded).toEqual(['wrong_crc']);
    end.push(encodeConsoleFrame(identity));
    await settled();
    expect(packets).toHaveLength(1);
  });

  it('text noise breaks no frame of an honest receiver', async () => {
    const bench = new Bench();
    const device = bench.iq();
    const { end, packets, texts, discarded } = consoleOf(device, bench);
    device.faults.set({ kind: 'text_noise' });
    const long = encodePacket(
      { op: 0, version: 1, group: 0, sequence: 1, command: 0 },
      encodeMap({ d: 'x'.repeat(500) }),
    );
    end.push(encodeConsoleFrame(long));
    await settled();
    expect(packets).toHaveLength(1);
    expect(texts.length).toBeGreaterThan(4);
    expect(discarded).toEqual([]);
  });

  it('a hang-up ends the session; the next bytes are another connection (A11)', async () => {
    const bench = new Bench({ randomScalar: () => workedExample.y });
    const { end, packets } = consoleOf(bench.iq(), bench);
    const pair = (data: Parameters<typeof encodeMap>[0]) =>
      encodeConsoleFrame(
        encodePacket({ op: 2, version: 1, group: 64, sequence: 1, command: 1 }, encodeMap(data)),
      );
    end.push(pair({ step: 0 }));
    await settled();
    end.hangUp();
    end.push(pair({ step: 1, x: hex(workedExample.shareP) }));
    await settled();
    expect(decodeMap((packets[1] ?? new Uint8Array()).subarray(8))).toEqual({ err: { group: 64, rc: 4 } });
  });
});

describe('a Bluetooth connection (A10)', () => {
  const request = encodePacket(
    { op: 0, version: 1, group: 0, sequence: 1, command: 0 },
    encodeMap({ d: 'x'.repeat(60) }),
  );

  function connect() {
    const bench = new Bench();
    const fragments: Uint8Array[] = [];
    const notify = (fragment: Uint8Array) => fragments.push(fragment);
    const end = new BluetoothEnd(bench.lock(), { clock: bench.clock, mtu: 23, notify });
    return { bench, end, fragments };
  }

  it('joins writes by the header’s length, and splits its answer at the MTU', async () => {
    const { end, fragments } = connect();
    for (let at = 0; at < request.length; at += 20) end.push(request.subarray(at, at + 20));
    await settled();
    expect(fragments.map(({ length }) => length)).toEqual([20, 20, 20, 13]);
    expect(Buffer.concat(fragments).includes('x'.repeat(60))).toBe(true);
  });

  it('drops a packet with bytes of two, and everything until 1 s of silence', async () => {
    const { end, fragments, bench } = connect();
    end.push(Buffer.concat([request, request]));
    await bench.clock.pass(0.9);
    end.push(request);
    await settled();
    expect(fragments).toEqual([]);
    await bench.clock.pass(1);
    end.push(request);
    await settled();
    expect(fragments).toHaveLength(4);
  });

  it('drops an unfinished packet after 5 s', async () => {
    const { end, fragments, bench } = connect();
    end.push(request.subarray(0, 20));
    await bench.clock.pass(5.1);
    end.push(request);
    await settled();
    expect(fragments).toHaveLength(4);
  });
});

describe('channels in memory', () => {
  const ask = async (channel: PacketChannel) => {
    const answer = new Promise<Uint8Array>((resolve) => channel.onPacket(resolve));
    await channel.send(identity);
    return decodeMap((await answer).subarray(8));
  };

  it.each(['usb', 'bluetooth'] as const)('carry packets over %s', async (transport) => {
    const bench = new Bench();
    const channel = connectInMemory(bench.lock(), transport, bench.clock);
    expect(channel.transport).toBe(transport);
    expect(await ask(channel)).toMatchObject({ kind: 3 });
    await channel.close();
    expect(channel.closed).toBe(true);
  });

  it('close with a code when the device loses its power', async () => {
    const bench = new Bench();
    const device = bench.iq();
    const codes: string[] = [];
    for (const transport of ['usb', 'bluetooth'] as const) {
      const channel = connectInMemory(device, transport, bench.clock);
      channel.onClose(({ code }) => codes.push(code));
      await ask(channel);
    }
    device.powerOff();
    expect(codes.sort()).toEqual(['ble.lost', 'serial.port_gone']);
  });

  it('reach no device that does not advertise', () => {
    const bench = new Bench();
    const lock = bench.lock({ radio: 'rf_net', mac: '22.33.44' });
    expect(() => connectInMemory(lock, 'bluetooth', bench.clock)).toThrow(
      expect.objectContaining({ code: 'ble.unreachable' }),
    );
  });
});

describe('a virtual site', () => {
  const plan = [
    { kind: 'lock', mac: '0A1B2C3D4E5F01', parentMac: '11.22.33' },
    { kind: 'repeater', mac: '11.22.33', parentMac: '00.00.02' },
    { kind: 'iq', mac: '00.00.01' },
    { kind: 'iq', mac: '00.00.02', model: 'IQ2', activationCode: 'AA.BB.CC' },
    { kind: 'lock', mac: '22.33.44', radio: 'rf_net' },
  ] as const;

  it('puts all devices in one field, everybody near its parent', () => {
    const site = createVirtualSite(plan);
    expect(site.devices).toHaveLength(5);
    expect(site.device('00.00.02')?.description).toMatchObject({ model: 'IQ2', activationCode: 'AA.BB.CC' });
    for (const [child, parent] of [
      ['0A1B2C3D4E5F01', '11.22.33'],
      ['11.22.33', '00.00.02'],
      ['22.33.44', '00.00.01'],
    ] as const) {
      expect(site.field.rssiBetween(child, parent)).toBeGreaterThan(-60);
    }
    for (const device of site.devices) device.powerOff();
  });

  it('refuses a mac that stands twice, and a missing parent', () => {
    expect(() => createVirtualSite([...plan, plan[0]])).toThrow(RangeError);
    expect(() => createVirtualSite([{ kind: 'lock', mac: '22.33.44', parentMac: '99.99.99' }])).toThrow(
      RangeError,
    );
  });

  it('is found as on the cable and on the air', () => {
    const site = createVirtualSite(plan);
    const found = memorySource(() => site.devices).devices();
    expect(found.map((device) => `${device.transport} ${device.describe().mac}`)).toEqual([
      'bluetooth 0A1B2C3D4E5F01',
      'bluetooth 11.22.33',
      'usb 00.00.01',
      'bluetooth 00.00.01',
      'usb 00.00.02',
      'bluetooth 00.00.02',
    ]);
    for (const device of site.devices) device.powerOff();
  });
});
