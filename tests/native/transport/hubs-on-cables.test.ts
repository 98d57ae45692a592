import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CodedError } from '../../../electron/contract/errors.ts';
import { Device, SmpServer } from '../../../native/devices/index.ts';
import type { Clock } from '../../../native/smp/index.ts';
import {
  createDeviceFinder,
  type DeviceFinder,
  type FinderSnapshot,
  identityOf,
  type ListedPort,
  MAX_CONSOLE_TEXTS,
  openSerialChannel,
  systemClock,
} from '../../../native/transport/index.ts';
import { ConsoleEnd, PseudoTerminal, VirtualDevice } from '../../../native/virtual/index.ts';

/** Hubs that hang on real pseudo-terminals, met by the real `serialport`; only the list of ports is made up. */

const IDS = { vendorId: '2fe3', productId: '0100', serialNumber: null, name: null };
let folder: string;
let listed: ListedPort[];
let finder: DeviceFinder;
const cleanups: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doorstep-cables-'));
  listed = [];
  finder = createDeviceFinder({
    ble: null,
    knownUsb: { devices: [IDS] },
    listPorts: async () => listed,
    identify: async (channel) => identityOf((await Device.open(channel, { clock: systemClock })).identity),
  });
});
afterEach(async () => {
  await finder.stop();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await rm(folder, { recursive: true });
});

/** A hub, its cable, and whether it still hears anything. */
async function hub(mac: string) {
  const device = new VirtualDevice({ kind: 'iq', mac, activationCode: mac });
  const path = join(folder, mac);
  let dead = false;
  const plug = async () => {
    const terminal = await PseudoTerminal.open(path, {
      onData: (bytes) => dead || end.push(bytes),
      onHangUp: () => end.hangUp(),
      onGone: () => end.hangUp(),
    });
    const end = new ConsoleEnd(device, {
      clock: systemClock,
      seesHangUp: true,
      write: (bytes) => terminal.write(bytes),
    });
    listed.push({ path, ...IDS });
    const unplug = async () => {
      listed = listed.filter((port) => port.path !== path);
      await terminal.close();
    };
    cleanups.push(unplug);
    return unplug;
  };
  return {
    device,
    path,
    unplug: await plug(),
    die: () => {
      dead = true;
    },
  };
}

function until(isSo: (snapshot: FinderSnapshot) => boolean): Promise<void> {
  return new Promise((done) => {
    const remove = finder.onChange((snapshot) => {
      if (!isSo(snapshot)) return;
      remove();
      done();
    });
  });
}

const macs = ({ devices }: FinderSnapshot) => devices.map(({ mac }) => mac).sort();

test('two hubs at once: both are found, worked with side by side, and one cable is none of the other’s business', async () => {
  const one = await hub('0A.1B.01');
  const other = await hub('0A.1B.02');
  const both = until((snapshot) => macs(snapshot).join() === '0A.1B.01,0A.1B.02');
  finder.start();
  await both;
  const [first, second] = await Promise.all(
    [one, other].map(async ({ device }) => {
      const { mac, activationCode } = device.description;
      const opened = await Device.open(await finder.open(`iq:${mac}`), { clock: systemClock });
      cleanups.push(() => opened.close());
      await opened.pair(activationCode);
      return opened;
    }),
  );
  const lost = new Promise<CodedError>((done) => first?.onClose(done));
  const alone = until((snapshot) => macs(snapshot).join() === '0A.1B.02');
  await one.unplug();
  expect((await lost).problem).toEqual({ code: 'serial.port_gone', params: { path: one.path } });
  await alone;
  expect(second?.identity.mac).toBe('0A.1B.02');
  expect((await second?.health())?.dropped).toBe(0);
});

/** The system's time, until it is hurried: from then on all its timers run a hundred times faster. */
class HurriedClock implements Clock {
  #speed = 1;
  #ticksThen = 0;
  #hurriedAt = 0;
  readonly #waiting = new Map<() => void, { afterMs: number; cancel: () => void }>();

  now = systemClock.now;
  ticks = () => this.#ticksThen + (systemClock.ticks() - this.#hurriedAt) * this.#speed;
  setTimer = (run: () => void, afterMs: number) => {
    const once = () => {
      this.#waiting.delete(once);
      run();
    };
    this.#waiting.set(once, { afterMs, cancel: systemClock.setTimer(once, afterMs / this.#speed) });
    return () => {
      this.#waiting.get(once)?.cancel();
      this.#waiting.delete(once);
    };
  };

  hurry(): void {
    this.#ticksThen = this.ticks();
    this.#hurriedAt = systemClock.ticks();
    this.#speed = 100;
    for (const [once, { afterMs, cancel }] of this.#waiting) {
      cancel();
      this.#waiting.set(once, { afterMs, cancel: systemClock.setTimer(once, afterMs / this.#speed) });
    }
  }
}

test('a hub that dies while its port stays is noticed by the signs of life that fail', async () => {
  const quiet = await hub('0A.1B.03');
  const clock = new HurriedClock();
  const device = await Device.open(await openSerialChannel(quiet.path), { clock });
  cleanups.push(() => device.close());
  await device.pair('0A.1B.03');
  const gone = new Promise<CodedError>((done) => device.onClose(done));
  quiet.die();
  clock.hurry();
  expect((await gone).problem).toEqual({ code: 'device.gone_silent', params: { device: quiet.path } });
  expect(device.channel.closed).toBe(true);
  const again = await openSerialChannel(quiet.path); // the port is free for whoever comes next
  await again.close();
});

test('a port that babbles without an end stays bounded, and is let go', async () => {
  const path = join(folder, 'babbler');
  // As fast as it can: text that is long, frames that are none, and lines that are too long.
  const words = `${'boot: still here '.repeat(20)}\n\u0006\t@@@@\n\u0004\u0014AAAA\n\u0006\t${'AAAA'.repeat(60)}\n`;
  const file = join(folder, 'words');
  await writeFile(file, words.repeat(50));
  // With ptmx, what runs behind the terminal does not itself hold it.
  const endless = `while cat '${file}'; do true; done`;
  const socat = spawn('socat', [`pty,ptmx,ignoreeof,raw,echo=0,link=${path}`, `SYSTEM:${endless}`], {
    stdio: 'ignore',
    detached: true,
  });
  cleanups.push(async () => {
    const ended = new Promise((done) => socat.once('exit', done));
    process.kill(-(socat.pid ?? 0), 'SIGKILL');
    await ended;
  });
  await openable(path);
  const channel = await openSerialChannel(path);
  const server = new SmpServer(channel, { clock: systemClock });
  await expect(server.echo('hi')).rejects.toMatchObject({ code: 'device.timeout' });
  const { discarded } = server;
  expect(discarded.text).toBeGreaterThan(MAX_CONSOLE_TEXTS);
  expect(discarded.bad_base64).toBeGreaterThan(10);
  expect(channel.consoleText().length).toBeLessThanOrEqual(MAX_CONSOLE_TEXTS);
  for (const { text } of channel.consoleText()) expect(text.length).toBeLessThanOrEqual(256);
  await server.close();
  expect(channel.closed).toBe(true);
});

async function openable(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((done) => setImmediate(done));
}
