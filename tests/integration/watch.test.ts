import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSignal, watch } from '../../electron/host/watch.ts';

describe('a watch', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Counts what a busy source shows in a second. */
  function openWatch() {
    const changed = createSignal();
    const end = new AbortController();
    let value = 0;
    const seen: number[] = [];
    const watching = (async () => {
      for await (const snapshot of watch({
        snapshot: () => value,
        subscribe: changed.subscribe,
        signal: end.signal,
      }))
        seen.push(snapshot);
    })();
    const change = () => {
      value += 1;
      changed.notify();
    };
    return { seen, change, end, watching };
  }

  it('gives the whole first, then at most ten a second, and always the last', async () => {
    const { seen, change, end, watching } = openWatch();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual([0]);
    for (let ms = 0; ms < 1000; ms += 1) {
      change();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(seen.length).toBeLessThanOrEqual(11);
    expect(seen.length).toBeGreaterThanOrEqual(10);
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen.at(-1)).toBe(1000);
    end.abort();
    await watching;
  });

  it('says nothing while nothing changes, and at once what does then', async () => {
    const { seen, change, end, watching } = openWatch();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual([0]);
    change();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual([0, 1]);
    end.abort();
    await watching;
  });

  it('ends with its signal, in a rest as in a wait, and leaves no timer and no listener', async () => {
    for (const restMs of [50, 5000]) {
      const { change, end, watching, seen } = openWatch();
      await vi.advanceTimersByTimeAsync(restMs);
      end.abort();
      await watching;
      change();
      expect(seen).toEqual([0]);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('gives nothing where it was over before it began', async () => {
    const end = new AbortController();
    end.abort();
    const none = watch({ snapshot: () => 1, subscribe: () => () => {}, signal: end.signal });
    expect(await none.next()).toEqual({ done: true, value: undefined });
  });
});
