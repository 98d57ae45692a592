import { describe, expect, it } from 'vitest';
import type { CborInput } from '../../../native/smp/index.ts';
import { Bench, err, rc } from './bench.ts';

async function pairedLock(plan = {}) {
  const bench = new Bench();
  const device = bench.lock(plan);
  const app = bench.app(device);
  await app.pairWith();
  return { bench, device, app };
}

describe('A50 settings', () => {
  const eom = { days: [true, true, true, true, true, false, false], from: 480, to: 1080 };

  it('reads all; absent keys stay, null removes eom', async () => {
    const { app } = await pairedLock();
    expect(await app.read('settings')).toEqual({ open_s: 6, audit_d: 30, mode: 'standard' });
    expect(await app.write('settings', { open_s: 240, eom, mode: 'office' })).toEqual({});
    expect(await app.read('settings')).toEqual({ open_s: 240, audit_d: 30, eom, mode: 'office' });
    await app.write('settings', { audit_d: 255, eom: null });
    expect(await app.read('settings')).toEqual({ open_s: 240, audit_d: 255, mode: 'office' });
  });

  it.each<CborInput>([
    { open_s: 0 },
    { open_s: 241 },
    { audit_d: 0 },
    { audit_d: 256 },
    { mode: 'home' },
    { eom: { ...eom, days: eom.days.slice(1) } },
    { eom: { ...eom, days: [1, 1, 1, 1, 1, 1, 1] } },
    { eom: { ...eom, from: 1080, to: 480 } },
    { eom: { ...eom, from: 480, to: 480 } },
    { eom: { ...eom, to: 1440 } },
    { open_s: 10, audit_d: 0 },
  ])('refuses %j with rc 3, whole', async (data) => {
    const { app } = await pairedLock();
    expect(await app.write('settings', data)).toEqual(rc(3));
    expect(await app.read('settings')).toEqual({ open_s: 6, audit_d: 30, mode: 'standard' });
  });
});

describe('A51 test', () => {
  it.each(['led', 'buzzer', 'motor'])('checks %s by itself', async (what) => {
    const { app } = await pairedLock();
    expect(await app.writeWhile('test', { what }, 1)).toEqual({ ok: true, detail: 'ok' });
  });

  it.each(['handle', 'tag'] as const)('waits for a person at the %s, 30 s and no longer', async (what) => {
    const { app, device } = await pairedLock();
    expect(await app.writeWhile('test', { what }, 0, () => device.touch(what))).toEqual({
      ok: true,
      detail: 'ok',
    });
    expect(device.touch(what)).toBe(false);
    expect(await app.writeWhile('test', { what }, 29.9)).toBe('silence');
  });

  it('says timeout where nobody comes, and takes no other touch for it', async () => {
    const { app, device } = await pairedLock();
    const answer = await app.writeWhile('test', { what: 'handle' }, 30, () => device.touch('tag'));
    expect(answer).toEqual({ ok: false, detail: 'timeout' });
  });

  it('a helpful hand does the right thing after a moment', async () => {
    const { app, device } = await pairedLock();
    device.hand = { kind: 'helps', delayMs: 200 };
    expect(await app.writeWhile('test', { what: 'tag' }, 0.2)).toEqual({ ok: true, detail: 'ok' });
  });

  it('names what failed', async () => {
    const { app, device } = await pairedLock();
    device.faults.set({ kind: 'jammed' });
    expect(await app.writeWhile('test', { what: 'motor' }, 1)).toEqual({ ok: false, detail: 'jammed' });
  });

  it('refuses a part that this lock does not have with 12, and an unknown one with rc 3', async () => {
    const { app } = await pairedLock({ model: 'wall_reader' });
    expect(await app.write('test', { what: 'handle' })).toEqual(err(12));
    expect(await app.write('test', { what: 'latch' })).toEqual(rc(3));
  });

  it('makes the next request wait (A8)', async () => {
    const { app, bench, device } = await pairedLock();
    const waiting = app.writeWhile('test', { what: 'handle' }, 0);
    await waiting;
    const other = bench.app(device);
    const answered: string[] = [];
    void other.identity().then(() => answered.push('identity'));
    await bench.clock.pass(29);
    expect(answered).toEqual([]);
    await bench.clock.pass(1);
    await expect.poll(() => answered).toEqual(['identity']);
  });
});
