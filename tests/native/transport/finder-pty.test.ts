import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  ConsoleReceiver,
  decodeHeader,
  encodeConsoleFrame,
  encodePacket,
  type PacketChannel,
  packetData,
} from '../../../native/smp/index.ts';
import {
  createDeviceFinder,
  type DeviceFinder,
  type FinderSnapshot,
  type Identity,
} from '../../../native/transport/index.ts';
import { openPty, type Pty } from './pty.ts';
import { iq } from './stand-ins.ts';

/** The finder as the app makes it, with the real `serialport` on a real pseudo-terminal. */
let terminal: Pty;
let finder: DeviceFinder;

beforeEach(async () => {
  terminal = await openPty();
  finder = createDeviceFinder({ ble: null, knownUsb: { devices: [] }, identify });
  finder.start();
});
afterEach(async () => {
  await finder.stop();
  await terminal.dispose();
});

/** Asks as the app would; the answer is text, for codecs are proved elsewhere. */
function identify(channel: PacketChannel): Promise<Identity> {
  return new Promise((resolve, reject) => {
    channel.onPacket((packet) => resolve(JSON.parse(Buffer.from(packetData(packet)).toString())));
    channel
      .send(encodePacket({ op: 0, version: 1, group: 64, sequence: 1, command: 0 }, new Uint8Array()))
      .catch(reject);
  });
}

function answerAs(identity: Identity): void {
  const receiver = new ConsoleReceiver({
    maxPacketBytes: 4096,
    now: () => performance.now(),
    onPacket: (packet) => {
      const header = decodeHeader(packet);
      if (header === undefined) return;
      terminal.write('I: identity was read\r\n');
      const data = Buffer.from(JSON.stringify(identity));
      terminal.write(encodeConsoleFrame(encodePacket({ ...header, op: header.op + 1 }, data)));
    },
  });
  terminal.onData((bytes) => receiver.push(bytes));
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

test('a port added by path is identified, seen to go, and found again; work keeps it', async () => {
  answerAs(iq);
  const found = await finder.addPort(terminal.path);
  expect(found).toMatchObject({ ...iq, place: terminal.path, transport: 'usb', problem: null });

  const gone = until(({ devices }) => devices[0]?.problem?.code === 'serial.port_gone');
  await terminal.hangUp();
  await gone;
  const back = until(({ devices }) => devices[0]?.problem === null);
  await terminal.plugIn();
  await back;
  expect(finder.snapshot().devices).toMatchObject([{ mac: iq.mac, connected: false }]);

  const channel = await finder.open(found.id);
  expect(await identify(channel)).toEqual(iq);
  const ended = new Promise<string>((done) => channel.onClose((problem) => done(problem.code)));
  const shown = until(({ devices }) => devices[0]?.connected === false);
  await terminal.hangUp();
  expect(await ended).toBe('serial.port_gone');
  await shown;
  expect(finder.snapshot().devices).toMatchObject([
    { mac: iq.mac, problem: { code: 'serial.port_gone', params: { path: terminal.path } } },
  ]);
});

test('the ports of this computer are listed without an error, and none of them is spoken to', async () => {
  await until(() => true);
  expect(finder.snapshot().devices).toEqual([]);
  for (const port of finder.snapshot().usb.ports) expect(port).toMatchObject({ known: false });
});
