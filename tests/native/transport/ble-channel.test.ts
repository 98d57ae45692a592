import { beforeEach, describe, expect, test } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { encodePacket } from '../../../native/smp/index.ts';
import { openBleChannel } from '../../../native/transport/index.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { StandInLink } from './stand-ins.ts';

let clock: ManualClock;
let link: StandInLink;
beforeEach(() => {
  clock = manualClock();
  link = new StandInLink();
});

const packet = encodePacket({ op: 0, version: 1, group: 64, sequence: 1, command: 0 }, new Uint8Array(92));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'succeeded',
    (error: unknown) => (error instanceof CodedError ? error.code : error),
  );

describe('a channel over Bluetooth', () => {
  test('subscribes before it writes, and fills every fragment (A10)', async () => {
    const channel = await openBleChannel(link, '04.A2.FF', { clock });
    await channel.send(packet);
    expect(link.events).toEqual(['subscribe', 'write', 'write', 'write', 'write', 'write']);
    expect(link.written.map((fragment) => fragment.length)).toEqual([20, 20, 20, 20, 20]);
    expect(Buffer.concat(link.written)).toEqual(Buffer.from(packet));
    expect(channel).toMatchObject({ transport: 'bluetooth', label: '04.A2.FF' });
  });

  test('joins notifications, never mixes two packets, and counts what it drops', async () => {
    link.mtu = 100;
    const channel = await openBleChannel(link, '04.A2.FF', { clock });
    const got: Uint8Array[] = [];
    channel.onPacket((whole) => got.push(whole));
    link.notify(packet.slice(0, 50));
    link.notify(packet.slice(50));
    expect(got).toEqual([packet]);
    await Promise.all([channel.send(packet), channel.send(packet)]);
    expect(link.written.map((fragment) => fragment.length)).toEqual([97, 3, 97, 3]);
    channel.setMaxPacketBytes(64);
    link.notify(packet.slice(0, 50));
    expect(channel.discarded()).toEqual({ bad_length: 1 });
  });

  test('tells once when the connection is lost, and sends nothing after', async () => {
    const channel = await openBleChannel(link, '04.A2.FF', { clock });
    const told: unknown[] = [];
    channel.onClose((problem) => told.push(problem.problem));
    link.lose();
    link.lose();
    expect(told).toEqual([{ code: 'ble.lost', params: { device: '04.A2.FF' } }]);
    expect(await codeOf(channel.send(packet))).toBe('ble.lost');
    expect(link.written).toEqual([]);
  });

  test('a subscription that fails, hangs, is aborted or loses its connection closes the link', async () => {
    link.subscribeFails = Promise.reject(new Error('attribute error'));
    expect(await codeOf(openBleChannel(link, 'x', { clock }))).toBe('ble.lost');
    expect(link.closed).toBe(true);

    const hanging = new StandInLink();
    hanging.subscribeFails = new Promise(() => {});
    const opening = codeOf(openBleChannel(hanging, 'x', { clock }));
    await clock.advance(6_000);
    expect(await opening).toBe('ble.unreachable');
    expect(hanging.closed).toBe(true);

    const aborted = new StandInLink();
    aborted.subscribeFails = new Promise(() => {});
    const abort = new AbortController();
    const cancelled = codeOf(openBleChannel(aborted, 'x', { clock, signal: abort.signal }));
    abort.abort();
    expect(await cancelled).toBe('commission.cancelled');
    expect(aborted.closed).toBe(true);

    const losing = new StandInLink();
    losing.subscribeFails = new Promise(() => {});
    const lost = codeOf(openBleChannel(losing, 'x', { clock }));
    losing.lose();
    expect(await lost).toBe('ble.lost');
  });

  test('gives up a write that the adapter never takes', async () => {
    const channel = await openBleChannel(link, 'x', { clock });
    link.writeWaits = new Promise(() => {});
    const sending = codeOf(channel.send(packet));
    await clock.advance(6_000);
    expect(await sending).toBe('ble.lost');
    expect(channel.closed).toBe(true);
    expect(link.closed).toBe(true);
  });
});
