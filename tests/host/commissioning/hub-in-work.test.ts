import { describe, expect, it } from 'vitest';
import type { DeviceRecord } from '../../../db/types.ts';
import { CodedError, type ErrorCode } from '../../../electron/contract/index.ts';
import type { Bench } from '../../../electron/host/commissioning/bench.ts';
import { hubInWork } from '../../../electron/host/commissioning/hub-in-work.ts';
import type { WorkHandle, WorkProgress } from '../../../electron/host/commissioning/work-log.ts';
import type { Device } from '../../../native/devices/index.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { problemOf } from './bench.ts';

const hub = { mac: '04.A3.00', name: 'Cellar' } as DeviceRecord;
const device = {} as Device;

/** A hub that fails with one code after the other, then lets the laptop in; the last code stays for ever. */
function hubThatIs(transport: 'usb' | 'bluetooth', ...codes: readonly (ErrorCode | 'open')[]) {
  const clock = new JumpingClock();
  const told: WorkProgress[] = [];
  let asked = 0;
  const bench = {
    clock,
    discovery: { byMac: () => ({ transport }) },
    connectHub: async () => {
      const code = codes[Math.min(asked, codes.length - 1)];
      asked += 1;
      if (code === undefined || code === 'open') return device;
      throw new CodedError(code);
    },
  } as unknown as Bench;
  const controller = new AbortController();
  const handle = {
    signal: controller.signal,
    tell: (progress: WorkProgress) => void told.push(progress),
  } as WorkHandle;
  return {
    clock,
    controller,
    asked: () => asked,
    needs: () => told.map(({ needs }) => needs).filter((need, at, all) => need !== all[at - 1]),
    connected: () => clock.run(hubInWork(bench, hub, handle)),
    connecting: () => hubInWork(bench, hub, handle),
  };
}

describe('the hub of a piece of work', () => {
  it('is waited for until it is seen', async () => {
    const seen = hubThatIs('bluetooth', 'work.device_not_found', 'ble.unreachable', 'open');
    expect(await seen.connected()).toBe(device);
    expect(seen.needs()).toEqual([null]);
  });

  it('is given up after half a minute without a sight of it', async () => {
    const gone = hubThatIs('usb', 'work.device_not_found');
    const began = gone.clock.now();
    expect(await problemOf(gone.connected())).toMatchObject({ code: 'work.device_not_found' });
    expect(gone.clock.now() - began).toBe(30_000);
  });

  it('wants its button pressed where it is closed on the air (A21)', async () => {
    const closed = hubThatIs(
      'bluetooth',
      'pairing.closed',
      'work.device_not_found',
      'pairing.closed',
      'open',
    );
    expect(await closed.connected()).toBe(device);
    expect(closed.needs()).toEqual(['press_button', null]);
  });

  it('is given up where nobody presses the button for three minutes', async () => {
    const closed = hubThatIs('bluetooth', 'pairing.closed');
    const began = closed.clock.now();
    expect(await problemOf(closed.connected())).toMatchObject({ code: 'pairing.closed' });
    expect(closed.clock.now() - began).toBe(180_000);
  });

  it('is not asked again where waiting is of no use', async () => {
    for (const [transport, code] of [
      ['usb', 'pairing.closed'],
      ['bluetooth', 'pairing.wrong_code'],
      ['bluetooth', 'work.hub_not_paired'],
    ] as const) {
      const refused = hubThatIs(transport, code);
      expect(await problemOf(refused.connected())).toMatchObject({ code });
      expect(refused.asked()).toBe(1);
    }
  });

  it('ends its waiting where the person cancels', async () => {
    const closed = hubThatIs('bluetooth', 'pairing.closed');
    const connecting = problemOf(closed.connecting());
    await closed.clock.pass(5_000);
    closed.controller.abort(new CodedError('commission.cancelled'));
    expect(await connecting).toMatchObject({ code: 'commission.cancelled' });
  });
});
