import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { problemWords } from '../../../electron/frame/problem-text.ts';
import { adapterProblem } from '../../../native/transport/ble/adapter-problem.ts';
import { linuxHasAdapter, radioBlock } from '../../../native/transport/ble/linux-adapter.ts';

const texts = join(import.meta.dirname, '../../../resources/texts/en');

describe('the cure of an adapter that cannot be used is that of the system', () => {
  test.each([
    ['off', 'linux', 'soft', /keeps the radio off.*“rfkill unblock bluetooth”/],
    ['off', 'linux', 'hard', /No program can switch it on.*switch or key/],
    ['off', 'linux', 'none', /switched off.*bluetoothctl power on/],
    ['off', 'win32', 'none', /Bluetooth & devices/],
    ['off', 'darwin', 'none', /menu bar/],
    ['off', 'freebsd', 'none', /system settings/],
    ['absent', 'linux', 'none', /rfkill list/],
    ['absent', 'win32', 'none', /Device Manager.*driver/],
    ['absent', 'darwin', 'none', /Plug in a Bluetooth adapter.*maintenance card/],
    ['forbidden', 'linux', 'none', /setcap cap_net_raw,cap_net_admin\+eip "\/opt\/Door step\/doorstep"”/],
    ['forbidden', 'win32', 'none', /Privacy & security/],
    ['forbidden', 'darwin', 'none', /Privacy & Security and Bluetooth/],
    ['stuck', 'linux', 'none', /sudo systemctl restart bluetooth/],
    ['stuck', 'win32', 'none', /restart the laptop/],
    ['stuck', 'darwin', 'none', /If macOS asks/],
  ] as const)('%s on %s, block %s', (state, platform, block, expected) => {
    const error = adapterProblem(state, { platform, block, program: '/opt/Door step/doorstep' });
    if (error === null) throw new Error('no problem');
    const { title, why, next } = problemWords(error.problem, texts);
    for (const words of [title, why, next]) expect(words).toMatch(/^[^{}]{6,}$/);
    expect(`${why} ${next}`).toMatch(expected);
  });

  test.each(['on', 'unknown'] as const)('%s is no problem', (state) => {
    expect(adapterProblem(state)).toBeNull();
  });
});

describe('what Linux says of its radios', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doorstep-rfkill-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const radio = async (name: string, type: string, soft: string, hard: string) => {
    await mkdir(join(folder, name));
    for (const [file, text] of Object.entries({ type, soft, hard }))
      await writeFile(join(folder, name, file), `${text}\n`);
  };

  test('a block that no command lifts comes first; other radios do not count', async () => {
    expect(radioBlock(join(folder, 'absent'))).toBe('none');
    await radio('rfkill0', 'wlan', '1', '1');
    expect(radioBlock(folder)).toBe('none');
    await radio('rfkill1', 'bluetooth', '1', '0');
    expect(radioBlock(folder)).toBe('soft');
    await radio('rfkill2', 'bluetooth', '0', '1');
    expect(radioBlock(folder)).toBe('hard');
  });

  test('an adapter is there whether it is on or not; its connections are no adapters', async () => {
    expect(linuxHasAdapter(join(folder, 'absent'))).toBe(false);
    await mkdir(join(folder, 'hci0:64'));
    expect(linuxHasAdapter(folder)).toBe(false);
    await mkdir(join(folder, 'hci0'));
    expect(linuxHasAdapter(folder)).toBe(true);
  });
});
