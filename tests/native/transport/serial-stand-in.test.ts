import { describe, expect, test } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { createSerialChannel } from '../../../native/transport/serial/channel.ts';
import type { SerialLine } from '../../../native/transport/serial/line.ts';
import { openFailureCode } from '../../../native/transport/serial/open-failure.ts';
import { manualClock } from './manual-clock.ts';

describe('why a port did not open, by errno alone', () => {
  const because = (platform: NodeJS.Platform, errno: string | null, terminal = false) =>
    openFailureCode({ errno, terminal }, platform);

  test.each([
    ['linux', 'EACCES', 'serial.permission_denied'],
    ['darwin', 'EPERM', 'serial.permission_denied'],
    ['linux', 'EBUSY', 'serial.port_busy'],
    ['linux', 'ENOENT', 'serial.no_such_port'],
    ['linux', 'EIO', 'serial.no_such_port'],
    ['win32', 'ENOENT', 'serial.no_such_port'],
    // Windows says "access denied" for a port that another program has open.
    ['win32', 'EACCES', 'serial.port_busy'],
    ['win32', 'EPERM', 'serial.port_busy'],
    ['linux', 'EMFILE', 'serial.port_stuck'],
  ] as const)('%s %s: %s', (platform, errno, code) => {
    expect(because(platform, errno)).toBe(code);
  });

  test('a terminal that opens was locked; what is no terminal is no port', () => {
    expect(because('linux', null, true)).toBe('serial.port_busy');
    expect(because('linux', null, false)).toBe('serial.no_such_port');
  });
});

describe('a line that misbehaves', () => {
  const standInLine = (write: SerialLine['write']) => {
    const line = {
      closed: 0,
      gone: () => {},
      onData: () => () => {},
      onGone: (listener: () => void) => {
        line.gone = listener;
        return () => {};
      },
      write,
      close: async () => {
        line.closed += 1;
      },
    };
    return line;
  };
  const problemOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => (error instanceof CodedError ? error.code : error),
    );

  test('a write that is never taken ends the channel, and those behind it fail too', async () => {
    const clock = manualClock();
    const line = standInLine(() => new Promise(() => {}));
    const channel = createSerialChannel('COM3', line, clock);
    const told: string[] = [];
    channel.onClose((problem) => told.push(problem.code));
    const sends = [channel.send(new Uint8Array(8)), channel.send(new Uint8Array(8))].map(problemOf);
    await clock.advance(6_000);
    expect(await Promise.all(sends)).toEqual(['serial.port_stuck', 'serial.port_stuck']);
    expect(told).toEqual(['serial.port_stuck']);
    expect(line.closed).toBe(1);
    line.gone();
    expect(told).toHaveLength(1);
  });

  test('a write that fails means that the port is gone', async () => {
    const line = standInLine(() => Promise.reject(new Error('any text')));
    const channel = createSerialChannel('COM3', line, manualClock());
    expect(await problemOf(channel.send(new Uint8Array(8)))).toBe('serial.port_gone');
    expect(channel.closed).toBe(true);
  });
});
