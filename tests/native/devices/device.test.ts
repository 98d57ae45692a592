import { describe, expect, test } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { Device } from '../../../native/devices/index.ts';
import { CommissioningCommand, decodeHeader, type PacketChannel } from '../../../native/smp/index.ts';
import { connectInMemory } from '../../../native/virtual/index.ts';
import { CODE, codeOf, HUB, LOCK, Room } from './bench.ts';

async function opened(room: Room, way: 'usb' | 'bluetooth' = 'usb'): Promise<Device> {
  const channel = connectInMemory(room.hub, way, room.clock);
  return room.clock.run(Device.open(channel, { clock: room.clock }));
}

describe('a device in the open', () => {
  test('tells who it is, is sent no more than anybody can take (A7), and answers nothing else', async () => {
    const room = new Room();
    const hub = await opened(room);
    expect(hub.identity).toMatchObject({ kind: 1, model: 'IQ3', serial: 'IQ3-000001', mac: HUB, proto: 1 });
    expect(hub.parameters).toEqual({ bufSize: 256, bufCount: 1 });
    expect(hub.paired).toBe(false);
    expect(await codeOf(room.clock.run(hub.tree()))).toBe('device.access_denied');
    expect(await room.clock.run(hub.echo('hi'))).toEqual({ r: 'hi' });
  });

  test('a silent device is asked again, then given up, and the channel closed', async () => {
    const room = new Room();
    room.hub.faults.set({ kind: 'drop_request', count: 2, command: 'identity' });
    expect((await opened(room)).identity.mac).toBe(HUB);
    room.hub.faults.set({ kind: 'silence', afterAnswers: 0 });
    const channel = connectInMemory(room.hub, 'usb', room.clock);
    const beganMs = room.clock.now();
    expect(await codeOf(room.clock.run(Device.open(channel, { clock: room.clock })))).toBe('device.timeout');
    expect(room.clock.now() - beganMs).toBe(9000);
    expect(channel.closed).toBe(true);
  });
});

describe('pairing', () => {
  test('seals everything after, and reads identity and parameters anew inside (A34)', async () => {
    const room = new Room();
    const hub = await opened(room);
    const { identity } = await room.clock.run(hub.pair(CODE.toLowerCase().replaceAll('.', ':')));
    expect(identity.serial).toBe('IQ3-000001');
    expect(hub.paired).toBe(true);
    expect(await room.clock.run(hub.tree())).toEqual({ rev: 0, items: [] });
    expect(hub.discarded).toEqual({});
  });

  test('a wrong code tells the tries left, sends nothing more, and closes after five (A26)', async () => {
    const room = new Room();
    const hub = await opened(room);
    for (const left of [4, 3, 2, 1, 0]) {
      const failure = await room.clock.run(hub.pair('11.11.11').catch((caught: unknown) => caught));
      expect(failure).toBeInstanceOf(CodedError);
      expect((failure as CodedError).problem).toEqual({ code: 'pairing.wrong_code', params: { left } });
      expect(hub.paired).toBe(false);
    }
    expect(await codeOf(room.clock.run(hub.pair(CODE)))).toBe('pairing.closed');
    // Only steps 0 and 1 were ever answered: no confirmation left the laptop.
    expect(room.hub.writes.pair).toBe(10);
    room.hub.pressButton();
    await room.clock.run(hub.pair(CODE));
    expect(hub.paired).toBe(true);
  });

  test('a code without letters and digits is refused before anything is sent', async () => {
    const room = new Room();
    const hub = await opened(room);
    expect(await codeOf(room.clock.run(hub.pair(' .:-')))).toBe('pairing.code_empty');
    expect(room.hub.writes.pair).toBeUndefined();
  });

  test('a device that names another serial inside the seal is given up (A34)', async () => {
    const room = new Room();
    const wrap = (channel: PacketChannel): PacketChannel => ({
      ...channel,
      closed: false,
      send: (packet) => {
        const isSealed = decodeHeader(packet)?.command === CommissioningCommand.sealed;
        if (isSealed) Object.assign(room.hub.description, { serial: 'IQ3-000002' });
        return channel.send(packet);
      },
    });
    expect(await codeOf(room.clock.run(room.connect(room.hub, 'usb', wrap)))).toBe('pairing.serial_differs');
  });

  test('over Bluetooth a hub is closed until its button is pressed (A21)', async () => {
    const room = new Room();
    const hub = await opened(room, 'bluetooth');
    expect(await codeOf(room.clock.run(hub.pair(CODE)))).toBe('pairing.closed');
    room.hub.pressButton();
    await room.clock.run(hub.pair(CODE));
    expect(hub.paired).toBe(true);
  });

  test('a restart ends the session: the device says so, and pairing again heals it', async () => {
    const room = new Room();
    const hub = await opened(room);
    await room.clock.run(hub.pair(CODE));
    room.hub.restart();
    await room.clock.pass(1000);
    expect(await codeOf(room.clock.run(hub.tree()))).toBe('device.session_lost');
    await room.clock.run(hub.pair(CODE));
    expect((await room.clock.run(hub.tree())).rev).toBe(0);
  });

  test('the answer to the last step may be lost: the session shows itself by being used (A9, A33)', async () => {
    const room = new Room();
    const hub = await opened(room);
    room.hub.faults.set({ kind: 'silence', afterAnswers: 2 });
    const pairing = hub.pair(CODE);
    await room.clock.pass(3000);
    room.hub.faults.clear();
    await room.clock.run(pairing);
    expect(hub.paired).toBe(true);
  });
});

describe('commands', () => {
  test('every read of a hub and of a lock is understood', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    await room.clock.run(hub.writeClock({ utc: 1_760_000_000, tz: 'Europe/Berlin' }));
    expect((await room.clock.run(hub.clock())).tz).toBe('Europe/Berlin');
    expect(await room.clock.run(hub.failsafe())).toEqual({ left: 0, end: 'none' });
    expect((await room.clock.run(hub.scan())).map(({ sec }) => sec)).toContain('enterprise');
    expect((await room.clock.run(hub.reach())).tcp.map(({ port }) => port)).toEqual([40000, 40001]);
    expect((await room.clock.run(hub.network())).order).toContain('eth');
    expect((await room.clock.run(hub.health())).dropped).toBe(0);
    expect((await room.clock.run(hub.log(0))).entries.length).toBeGreaterThan(0);
    expect((await room.clock.run(hub.images()))[0]).toMatchObject({ active: true, confirmed: true });
    expect((await room.clock.run(hub.applicationInfo())).output).toContain('IQ3');
    await room.clock.run(hub.identify(3));
    const lock = await room.paired(room.lock(), 'bluetooth');
    expect(lock.identity).toMatchObject({ kind: 3, mac: LOCK, radio: 'blue_net' });
    expect((await room.clock.run(lock.settings())).mode).toBe('standard');
    expect((await room.clock.run(lock.joinState())).key).toHaveLength(65);
    expect(await room.clock.run(lock.test('led'))).toEqual({ ok: true, detail: 'ok' });
  });

  test('what the CDDL does not allow is not sent', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    const before = { ...room.hub.writes };
    const eth = { dhcp: false, addr: '10.0.0.2', mask: '255.255.255.0' };
    expect(await codeOf(hub.writeNetwork({ eth }))).toBe('device.invalid_request');
    expect(await codeOf(hub.writeNetwork({ order: ['eth', 'eth'] }))).toBe('device.invalid_request');
    expect(await codeOf(hub.arm(9))).toBe('device.invalid_request');
    expect(room.hub.writes).toEqual(before);
  });

  test('a refusal of the group has its code; a version 1 server is understood, too (A20)', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    expect(await codeOf(room.clock.run(hub.writeTree({ rev: 0, items: [] })))).toBe('device.failsafe_needed');
    expect(await codeOf(room.clock.run(hub.settings()))).toBe('device.not_supported');
    room.hub.faults.set({ kind: 'version_1' });
    expect(await codeOf(room.clock.run(hub.writeTree({ rev: 0, items: [] })))).toBe('device.failsafe_needed');
    expect(await codeOf(room.clock.run(hub.commit()))).toBe('device.failsafe_idle');
  });

  test.each([
    ['usb', 40],
    ['bluetooth', 4],
  ] as const)(
    'over %s signs of life go out while nothing else does, and stop with the device (A11)',
    async (way, count) => {
      const room = new Room();
      room.hub.pressButton();
      const hub = await room.paired(room.hub, way);
      const before = room.hub.writes.echo ?? 0;
      await room.clock.pass(401_000);
      expect((room.hub.writes.echo ?? 0) - before).toBe(count);
      await hub.close();
      await room.clock.pass(400_000);
      expect((room.hub.writes.echo ?? 0) - before).toBe(count);
    },
  );

  test('a cable behind which nobody is any more is noticed while nothing is asked', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    const problems: CodedError[] = [];
    hub.onClose((problem) => problems.push(problem));
    // One sign of life that is lost is no reason.
    room.hub.faults.set({ kind: 'drop_request', count: 1, command: 'echo' });
    await room.clock.pass(60_000);
    expect(problems).toEqual([]);
    room.hub.faults.set({ kind: 'silence', afterAnswers: 0 });
    await room.clock.pass(10_000 + 2 * 3_000);
    expect(problems.map(({ code }) => code)).toEqual(['device.gone_silent']);
    expect(hub.channel.closed).toBe(true);
    expect(await codeOf(room.clock.run(hub.health()))).toBe('device.gone_silent');
  });

  test('a device that is busy with a slow command is not taken for gone, nor after the asker left', async () => {
    const room = new Room();
    const lock = await room.paired(room.lock(), 'usb');
    const problems: CodedError[] = [];
    lock.onClose((problem) => problems.push(problem));
    // Nobody moves the handle: the lock waits for half a minute, and answers nothing else meanwhile (A8).
    expect(await room.clock.run(lock.test('handle'))).toMatchObject({ ok: false, detail: 'timeout' });
    const leaving = new AbortController();
    const left = codeOf(lock.test('handle', { signal: leaving.signal }));
    await room.clock.pass(1_000);
    leaving.abort();
    expect(await left).toBe('commission.cancelled');
    await room.clock.pass(60_000);
    expect(problems).toEqual([]);
    expect((await room.clock.run(lock.health())).up).toBeGreaterThan(60);
  });

  test('a device that goes tells it once, and everything after is refused with that', async () => {
    const room = new Room();
    const hub = await room.paired(room.hub);
    const problems: string[] = [];
    hub.onClose((problem) => problems.push(problem.code));
    const asked = hub.scan();
    room.hub.powerOff();
    expect(await codeOf(room.clock.run(asked))).toBe('serial.port_gone');
    expect(await codeOf(room.clock.run(hub.tree()))).toBe('serial.port_gone');
    expect(problems).toEqual(['serial.port_gone']);
  });
});
