import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../native/smp/index.ts';
import { connectInMemory } from '../../../native/virtual/index.ts';
import { Bench, rc } from './bench.ts';

const health = { op: 0, group: 64, command: 15 };
const identity = encodePacket({ op: 0, version: 1, group: 64, sequence: 1, command: 0 }, new Uint8Array());

async function paired() {
  const bench = new Bench();
  const device = bench.iq();
  const app = bench.app(device);
  await app.pairWith();
  return { bench, device, app };
}

describe('faults', () => {
  it('silence after so many answers', async () => {
    const { app, device } = await paired();
    device.faults.set({ kind: 'silence', afterAnswers: 2 });
    expect(await app.send(identity)).toHaveLength(1);
    expect(await app.send(identity)).toHaveLength(1);
    expect(await app.send(identity)).toEqual([]);
    device.faults.clear('silence');
    expect(await app.send(identity)).toHaveLength(1);
  });

  it('a lost request changes nothing, a lost answer does', async () => {
    const { app, device } = await paired();
    const arm = { op: 2, group: 64, command: 3, data: { arm: 60 } };
    device.faults.set({ kind: 'drop_request', count: 1, command: 'failsafe' });
    expect(await app.sendSealed(health)).not.toBe('silence');
    expect(await app.sendSealed(arm)).toBe('silence');
    expect(device.flashReport.armed).toBe(false);
    device.faults.set({ kind: 'drop_answer', count: 1 });
    expect(await app.sendSealed(arm)).toBe('silence');
    expect(device.flashReport.armed).toBe(true);
    expect(device.writes.failsafe).toBe(1);
    expect(await app.sendSealed(arm)).toEqual({ left: 60 });
  });

  it('a doubled answer', async () => {
    const { app, device } = await paired();
    device.faults.set({ kind: 'double_answer', count: 1 });
    expect(await app.send(identity)).toHaveLength(2);
    expect(await app.send(identity)).toHaveLength(1);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a restart %s a write takes effect', async (moment, committed) => {
    const { app, device, bench } = await paired();
    await app.write('failsafe', { arm: 60 });
    device.faults.set({ kind: 'restart', command: 'failsafe', moment });
    const commit = { op: 2, group: 64, command: 3, data: { commit: true } };
    expect(await app.sendSealed(commit)).toBe('silence');
    expect(await app.send(identity)).toEqual([]);
    await bench.clock.pass(1);
    expect(device.flashReport).toMatchObject({
      armed: false,
      end: committed === 1 ? 'committed' : 'rolled_back',
    });
    expect(await app.send(identity)).toHaveLength(1);
  });

  it('a link that breaks once, behind so many answers, while the device runs on', async () => {
    const { app, device } = await paired();
    device.faults.set({ kind: 'link_lost', afterAnswers: 2 });
    expect(await app.send(identity)).toHaveLength(1);
    expect(app.dropped).toBe(false);
    expect(await app.send(identity)).toHaveLength(1);
    expect(app.dropped).toBe(true);
    expect(device.faults.kinds).toEqual([]);
    app.reconnect();
    expect(await app.send(identity)).toHaveLength(1);
  });

  it('a port that another program holds; the air is free', () => {
    const device = new Bench().iq();
    device.faults.set({ kind: 'busy_port' });
    expect(() => connectInMemory(device)).toThrow('serial.port_busy');
    expect(connectInMemory(device, 'bluetooth').transport).toBe('bluetooth');
    device.faults.clear('busy_port');
    expect(connectInMemory(device).transport).toBe('usb');
  });

  it('slow answers', async () => {
    const { app, device, bench } = await paired();
    device.faults.set({ kind: 'slow', ms: 3000 });
    expect(await app.send(identity)).toEqual([]);
    await bench.clock.pass(2.9);
    expect(app.answers).toEqual([]);
    await bench.clock.pass(0.1);
    expect(app.answers).toHaveLength(1);
  });

  it('busy refuses with rc 10, sealed, and still pairs', async () => {
    const { app, device } = await paired();
    device.faults.set({ kind: 'busy' });
    expect(await app.read('health')).toEqual(rc(10));
    expect(await app.write('failsafe', { arm: 60 })).toEqual(rc(10));
    expect(await app.pairWith()).toEqual({});
  });

  it('a version 1 server answers as one (A2, A20)', async () => {
    const { app, device } = await paired();
    device.faults.set({ kind: 'version_1' });
    const [answer] = await app.raw(identity);
    expect(answer?.[0]).toBe(0x01);
    const commit = { op: 2, group: 64, command: 3, version: 0, data: { commit: true } };
    expect(await app.sealed(commit)).toEqual(rc(263));
  });

  it('a flat battery: weak motor, weak radio', async () => {
    const bench = new Bench();
    const lock = bench.lock();
    const app = bench.app(lock);
    await app.pairWith();
    lock.faults.set({ kind: 'flat_battery' });
    expect(await app.writeWhile('test', { what: 'motor' }, 1)).toEqual({ ok: false, detail: 'battery_low' });
    expect(await app.writeWhile('test', { what: 'led' }, 1)).toEqual({ ok: true, detail: 'ok' });
    expect(lock.radioLossDb).toBe(20);
  });

  it('a device without power says nothing, and a restarting one nothing until it is up', async () => {
    const { app, device, bench } = await paired();
    device.restart();
    expect(await app.send(identity)).toEqual([]);
    await bench.clock.pass(1);
    expect(await app.send(identity)).toHaveLength(1);
    device.powerOff();
    expect(app.dropped).toBe(true);
    app.reconnect();
    expect(await app.send(identity)).toEqual([]);
  });

  it('nothing of before a restart is answered after it', async () => {
    const bench = new Bench();
    const lock = bench.lock();
    const app = bench.app(lock);
    await app.pairWith();
    await app.writeWhile('test', { what: 'handle' }, 0);
    lock.restart();
    await bench.clock.pass(1);
    expect(app.answers).toEqual([]);
    expect(lock.touch('handle')).toBe(false);
    await bench.clock.pass(60);
    expect(app.answers).toEqual([]);
    expect(await app.send(identity)).toHaveLength(1);
  });
});
