import { describe, expect, it } from 'vitest';
import { openOverBluetooth } from '../../electron/cli/device/way.ts';
import { adapterProblem } from '../../native/transport/ble/adapter-problem.ts';
import type { AdapterState, BlePort } from '../../native/transport/index.ts';
import { codeOf } from '../native/devices/bench.ts';
import { type ManualClock, manualClock } from '../native/transport/manual-clock.ts';

/** An adapter whose state the test says, and on which nobody is heard. */
function adapter(first: AdapterState) {
  const listeners = new Set<(state: AdapterState) => void>();
  let state = first;
  const port: BlePort = {
    get adapterState() {
      return state;
    },
    get adapterProblem() {
      return adapterProblem(state)?.problem ?? null;
    },
    onAdapterState: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onAdvertisement: () => () => {},
    startScan: () => {},
    stopScan: () => {},
    connect: () => Promise.reject(new Error('nobody was heard')),
    close: async () => {},
  };
  const say = (next: AdapterState) => {
    state = next;
    for (const listener of [...listeners]) listener(next);
  };
  return { port, say };
}

const look = (port: BlePort, clock: ManualClock) =>
  codeOf(openOverBluetooth('01FFEE0011227F', port, new AbortController().signal, clock));

describe('the laptop’s adapter, for one device', () => {
  it.each([
    ['off', 'ble.adapter_off'],
    ['absent', 'ble.adapter_absent'],
  ] as const)('is believed to be %s only once it had time to start', async (state, code) => {
    const clock = manualClock();
    const { port } = adapter(state);
    const told = look(port, clock);
    await clock.advance(3_000);
    expect(await told).toBe(code);
  });

  it('that starts meanwhile is waited for', async () => {
    const clock = manualClock();
    const { port, say } = adapter('absent');
    const told = look(port, clock);
    await clock.advance(2_900);
    say('on');
    await clock.advance(3_000);
    await clock.advance(10_000);
    expect(await told).toBe('ble.unreachable');
  });

  it('that is forbidden is told at once', async () => {
    expect(await look(adapter('forbidden').port, manualClock())).toBe('ble.forbidden');
  });
});
