import { describe, expect, test } from 'vitest';
import { Device, SmpServer } from '../../../native/devices/index.ts';
import {
  type CborInput,
  decodeHeader,
  decodeMap,
  encodeMap,
  encodePacket,
  type PacketChannel,
  packetData,
} from '../../../native/smp/index.ts';
import { connectInMemory } from '../../../native/virtual/index.ts';
import { CODE, codeOf, Room } from './bench.ts';

/** What was asked, as `group/command` and the version it was asked in. */
interface Asked {
  readonly what: string;
  readonly version: 1 | 2;
  readonly bytes: number;
}

/** A stranger's board: answers what `answer` gives, drops the rest. */
function board(answer: (asked: Asked, data: CborInput) => CborInput | undefined) {
  const asked: Asked[] = [];
  let receive: (packet: Uint8Array) => void = () => {};
  const channel: PacketChannel = {
    transport: 'usb',
    label: 'board',
    closed: false,
    send: async (packet) => {
      const header = decodeHeader(packet);
      if (header === undefined) throw new Error('no SMP packet');
      const version = header.version === 0 ? 1 : 2;
      const one = { what: `${header.group}/${header.command}`, version, bytes: packet.length } as const;
      asked.push(one);
      const data = answer(one, decodeMap(packetData(packet)) as CborInput);
      if (data === undefined) return;
      // A version 1 server knows no other version field.
      queueMicrotask(() =>
        receive(encodePacket({ ...header, op: header.op + 1, version: 0 }, encodeMap(data))),
      );
    },
    onPacket: (listener) => {
      receive = listener;
      return () => {};
    },
    onClose: () => () => {},
    setMaxPacketBytes: () => {},
    close: async () => {},
    discarded: () => ({}),
  };
  return { asked, channel };
}

const ECHO = '0/0';
const PARAMETERS = '0/6';
const versions = (asked: readonly Asked[]) => asked.map(({ version }) => version);

describe('a server of version 1 (A1, A2, A18)', () => {
  test('that refuses version 2 is asked again in version 1, and that is kept for the connection', async () => {
    const { clock } = new Room();
    const { asked, channel } = board(({ what, version }, data) => {
      if (version === 2) return { rc: 13 };
      return what === PARAMETERS ? { buf_size: 384, buf_count: 4 } : { r: data.d as string };
    });
    const server = new SmpServer(channel, { clock });
    expect(await clock.run(server.askParameters())).toEqual({ bufSize: 384, bufCount: 4 });
    expect(await clock.run(server.echo('hi'))).toEqual({ r: 'hi' });
    expect(versions(asked)).toEqual([2, 1, 1]);
  });

  test('that drops version 2 is found after two silences', async () => {
    const { clock } = new Room();
    const { asked, channel } = board(({ version }) =>
      version === 2 ? undefined : { buf_size: 384, buf_count: 1 },
    );
    const server = new SmpServer(channel, { clock });
    const beganMs = clock.now();
    expect(await clock.run(server.askParameters())).toEqual({ bufSize: 384, bufCount: 1 });
    expect(versions(asked)).toEqual([2, 2, 1]);
    expect(clock.now() - beganMs).toBe(6_000);
  });

  test('a write is not asked again, whatever was wrong; the next request is in version 1', async () => {
    const { clock } = new Room();
    const { asked, channel } = board(({ version }) => (version === 2 ? { rc: 13 } : { r: '' }));
    const server = new SmpServer(channel, { clock });
    expect(await codeOf(clock.run(server.echo('')))).toBe('device.version');
    expect(await clock.run(server.echo(''))).toEqual({ r: '' });
    expect(versions(asked)).toEqual([2, 1]);
  });

  test('that refuses both versions is given up', async () => {
    const { clock } = new Room();
    const { asked, channel } = board(() => ({ rc: 13 }));
    const server = new SmpServer(channel, { clock });
    expect(await codeOf(clock.run(server.images()))).toBe('device.version');
    expect(versions(asked)).toEqual([2, 1, 1]);
  });

  test('whose parameters are unknown gets 256 bytes and one request at a time (A7)', async () => {
    const { clock } = new Room();
    const { asked, channel } = board(({ what }, data) =>
      what === PARAMETERS ? { rc: 8 } : { r: data.d as string },
    );
    const server = new SmpServer(channel, { clock });
    expect(await clock.run(server.askParameters())).toBeUndefined();
    expect(server.parameters).toEqual({ bufSize: 256, bufCount: 1 });
    // 8 of header, 1 of map, 2 of key, 2 of the text's head.
    const longest = 'x'.repeat(256 - 13);
    expect(await clock.run(server.echo(longest))).toEqual({ r: longest });
    expect(asked.at(-1)).toMatchObject({ what: ECHO, bytes: 256 });
    expect(await codeOf(clock.run(server.echo(`${longest}x`)))).toBe('device.too_large');
  });
});

describe('a hub with the firmware of an old server', () => {
  test.each(['answers', 'refuses', 'drops'] as const)(
    'that %s version 2 is opened, paired and understood all the same',
    async (toVersion2) => {
      const room = new Room();
      room.hub.faults.set({ kind: 'version_1', toVersion2 });
      const channel = connectInMemory(room.hub, 'usb', room.clock);
      const hub = await room.clock.run(Device.open(channel, { clock: room.clock }));
      await room.clock.run(hub.pair(CODE));
      expect((await room.clock.run(hub.tree())).rev).toBe(0);
      expect(await codeOf(room.clock.run(hub.commit()))).toBe('device.failsafe_idle');
      expect(await codeOf(room.clock.run(hub.settings()))).toBe('device.not_supported');
    },
  );
});
