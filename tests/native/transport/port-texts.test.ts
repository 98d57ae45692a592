import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { problemWords } from '../../../electron/frame/problem-text.ts';
import { portPath } from '../../../native/transport/serial/port-path.ts';
import { portProblem } from '../../../native/transport/serial/port-problem.ts';

const texts = join(import.meta.dirname, '../../../resources/texts/en');

function wordsOf(...[code, path, options]: Parameters<typeof portProblem>): string {
  const { title, why, next } = problemWords(portProblem(code, path, options).problem, texts);
  for (const words of [title, why, next]) expect(words).toMatch(/^[^{}]{6,}$/);
  return `${why} ${next}`;
}

describe('the cure of a port that cannot be used is that of the system', () => {
  test.each([
    ['linux', { group: 'uucp' }, /udev rule.*“sudo usermod -aG uucp \$USER”/],
    ['linux', {}, /^(?!.*usermod).*udev rule/],
    ['darwin', {}, /System Settings/],
    ['win32', {}, /looks after this laptop/],
    ['freebsd', {}, /looks after this laptop/],
  ] as const)('forbidden on %s, %j', (platform, circumstances, words) => {
    expect(wordsOf('serial.permission_denied', '/dev/ttyACM0', { platform, circumstances })).toMatch(words);
  });

  test.each([
    ['linux', { holder: 'minicom' }, /“minicom” has the port open\. Close it\. Doorstep tries again/],
    ['linux', { grabber: 'ModemManager' }, /ModemManager runs on this laptop.*udev rule.*stop ModemManager/],
    ['linux', {}, /Another program.*screen or minicom/],
    ['win32', {}, /PuTTY/],
    ['darwin', {}, /Ctrl-A and K/],
  ] as const)('busy on %s, %j', (platform, circumstances, words) => {
    expect(wordsOf('serial.port_busy', 'COM4', { platform, circumstances })).toMatch(words);
  });

  test.each([
    ['linux', {}, /ttyACM0/],
    ['linux', { grabber: 'brltty' }, /brltty runs.*apt remove brltty/],
    ['win32', {}, /Device Manager.*driver/],
    ['darwin', {}, /\/dev\/cu\.usbmodem/],
  ] as const)('missing on %s, %j', (platform, circumstances, words) => {
    expect(wordsOf('serial.no_such_port', 'COM4', { platform, circumstances })).toMatch(words);
  });
});

test('a port is opened by the path that calls out', () => {
  expect(portPath('/dev/tty.usbmodem14201', 'darwin')).toBe('/dev/cu.usbmodem14201');
  expect(portPath('/dev/cu.usbmodem14201', 'darwin')).toBe('/dev/cu.usbmodem14201');
  expect(portPath('com7', 'win32')).toBe('COM7');
  expect(portPath('/dev/tty.strange', 'linux')).toBe('/dev/tty.strange');
});
