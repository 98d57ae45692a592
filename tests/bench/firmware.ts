import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '../../electron/contract/errors.ts';
import { Device, uploadImage } from '../../native/devices/index.ts';
import {
  type FirmwareImage,
  IMAGE_HEADER_BYTES,
  readFirmwareImage,
} from '../../native/firmware/mcuboot-image.ts';
import { openBleChannel, openSerialChannel, systemClock } from '../../native/transport/index.ts';
import {
  BluetoothEnd,
  ConsoleEnd,
  type FlashStore,
  makeImage,
  PseudoTerminal,
  VirtualDevice,
} from '../../native/virtual/index.ts';
import type { Figure } from './figure.ts';

/** 115200 baud, 8N1: ten bits a byte. */
const lineBytesPerSecond = 11_520;
const imageBytes = 400_000;
const code = '04.A2.FF';
const never = new AbortController().signal;

const image = imageOf(imageBytes);

/**
 * Firmware of 400 kB to a virtual hub, sealed: over a pseudo-terminal that carries what 115200 baud carry, met by the
 * real serialport; and over Bluetooth, packet by packet. All bytes are counted at the device's end, from the first
 * request of the upload to the last.
 */
export async function benchFirmware(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-bench-'));
  try {
    for (const [bufferBytes, atMost] of [
      [2048, 1.42],
      [4096, 1.4],
    ] as const) {
      figures.push(...(await overCable(join(folder, `${bufferBytes}`), bufferBytes, atMost)));
    }
    figures.push(await afterACablePull(join(folder, 'pulled')));
    figures.push(await wrongHash(join(folder, 'wrong')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const [bufferBytes, mtu] of [
    [2048, 247],
    [2048, 185],
    [1024, 247],
    [1024, 185],
  ] as const) {
    figures.push(await overBluetooth(bufferBytes, mtu));
  }
  return figures;
}

/** Bytes on the line for each of the image, and the share of the line's rate. */
async function overCable(path: string, bufferBytes: number, atMost: number): Promise<Figure[]> {
  const hub = new Hub(bufferBytes);
  const cable = await plug(path, hub.device, lineBytesPerSecond);
  const device = await pairedOver(path);
  const before = cable.heardBytes();
  const began = performance.now();
  await uploadImage({ ...image, server: device.server, signal: never });
  const seconds = (performance.now() - began) / 1000;
  const wireBytes = cable.heardBytes() - before;
  await device.close();
  await cable.pull();
  const note = `${imageBytes} bytes, sealed, buf_size ${bufferBytes}, pseudo-terminal at 115200 baud`;
  return [
    figure(`firmware over a cable, buf_size ${bufferBytes}: bytes on the line`, {
      value: wireBytes,
      peer: imageBytes,
      unit: 'bytes',
      note: `${note}; peer: the image`,
      limit: { atMost },
    }),
    figure(`firmware over a cable, buf_size ${bufferBytes}: rate`, {
      value: wireBytes / seconds,
      peer: lineBytesPerSecond,
      unit: 'bytes/s',
      note: `${note}, ${seconds.toFixed(1)} s with erasing and checking; peer: the line`,
      limit: { atLeast: 0.9 },
    }),
  ];
}

/** The cable is pulled in the middle: what is sent after that, against what the device had not. */
async function afterACablePull(path: string): Promise<Figure> {
  const hub = new Hub(2048);
  const cable = await plug(path, hub.device, lineBytesPerSecond);
  const device = await pairedOver(path);
  let pulled: Promise<void> | undefined;
  const first = uploadImage({
    ...image,
    server: device.server,
    signal: never,
    onProgress: (sent) => {
      if (sent > imageBytes / 2) pulled ??= cable.pull();
    },
  });
  await first.then(
    () => Promise.reject(new Error('the upload did not notice that its cable was pulled')),
    (caught: unknown) => {
      if (!(caught instanceof CodedError) || caught.code !== 'serial.port_gone') throw caught;
    },
  );
  await pulled;
  await device.close();
  const had = hub.uploadedBytes();
  const again = await plug(path, hub.device, lineBytesPerSecond);
  const second = await pairedOver(path);
  const { sentBytes } = await uploadImage({ ...image, server: second.server, signal: never });
  await second.close();
  await again.pull();
  const missing = imageBytes - had;
  return figure('firmware after the cable was pulled: bytes of the image sent', {
    value: sentBytes,
    peer: missing,
    unit: 'bytes',
    note: `the device had ${had} of ${imageBytes} bytes; peer: what it had not; more is the header that asks`,
    limit: { atMost: (missing + IMAGE_HEADER_BYTES) / missing },
  });
}

/** Neither side takes an image whose hash is wrong; each way to one is tried once. */
async function wrongHash(path: string): Promise<Figure> {
  const small = imageOf(20_000);
  const hub = new Hub(2048);
  const cable = await plug(path, hub.device);
  const device = await pairedOver(path);
  const upload = (what: FirmwareImage) => uploadImage({ ...what, server: device.server, signal: never });
  const changed = small.bytes.with(10_000, (small.bytes[10_000] ?? 0) ^ 1);
  const refusals = [
    // The app: a file that is not what it says it is is not even sent.
    await codeOf(async () => readFirmwareImage(changed, 'changed.bin')),
    // The device: what came is not what was announced.
    await codeOf(() => upload({ ...small, bytes: changed })),
  ];
  // The device keeps it wrongly, and says so: the app does not start it.
  hub.device.faults.set({ kind: 'wrong_image_hash' });
  refusals.push(await codeOf(() => upload(small)));
  const kept = (await device.images()).length - 1;
  await device.close();
  await cable.pull();
  const expected = ['firmware.damaged', 'firmware.hash_refused', 'firmware.hash_refused'];
  const refused = refusals.filter((told, at) => told === expected[at]).length - kept;
  return figure('firmware with a wrong hash: refused', {
    value: refused,
    peer: expected.length,
    unit: 'of 3',
    note: refusals.join(', '),
    limit: { atLeast: 1 },
  });
}

/** How much of the room of the fragments is used over a whole upload (A10). */
async function overBluetooth(bufferBytes: number, mtu: number): Promise<Figure> {
  const hub = new Hub(bufferBytes);
  const fragments: number[] = [];
  let heard: (fragment: Uint8Array) => void = () => {};
  const end = new BluetoothEnd(hub.device, {
    clock: systemClock,
    mtu,
    notify: (fragment) => setImmediate(() => heard(fragment)),
  });
  hub.device.pressButton();
  const link = {
    mtu,
    subscribe: async (listener: typeof heard) => {
      heard = listener;
    },
    write: async (fragment: Uint8Array) => {
      fragments.push(fragment.length);
      setImmediate(() => end.push(fragment));
    },
    onLost: () => () => {},
    close: async () => end.close(),
  };
  const device = await paired(await Device.open(await openBleChannel(link, 'hub'), { clock: systemClock }));
  fragments.length = 0;
  await uploadImage({ ...image, server: device.server, signal: never });
  await device.close();
  const used = fragments.reduce((sum, length) => sum + length, 0);
  return figure(`firmware over Bluetooth, buf_size ${bufferBytes}, MTU ${mtu}: room used`, {
    value: used,
    peer: fragments.length * (mtu - 3),
    unit: 'bytes',
    note: `${imageBytes} bytes, sealed, ${fragments.length} writes; peer: the room of these writes`,
    limit: { atLeast: 0.95 },
  });
}

/** A virtual hub, and how much of an upload lies in its flash. */
class Hub {
  readonly device: VirtualDevice;
  #saved = '';

  constructor(bufferBytes: number) {
    const flashStore: FlashStore = {
      load: () => undefined,
      save: (content) => {
        this.#saved = content;
      },
    };
    this.device = new VirtualDevice(
      { kind: 'iq', mac: code, activationCode: code, bufferBytes },
      { flashStore },
    );
  }

  /** Bytes of an unfinished upload that the device has, by its own account. */
  uploadedBytes(): number {
    return JSON.parse(this.#saved).unkept.upload.off;
  }
}

/** Plugs a device into a pseudo-terminal; `heardBytes` counts what came out at the device's end. */
async function plug(path: string, device: VirtualDevice, bytesPerSecond?: number) {
  let bytes = 0;
  const terminal = await PseudoTerminal.open(path, {
    onData: (more) => {
      bytes += more.length;
      end.push(more);
    },
    onHangUp: () => end.hangUp(),
    onGone: () => end.hangUp(),
  });
  const end = new ConsoleEnd(device, {
    clock: systemClock,
    seesHangUp: true,
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    write: (answer) => terminal.write(answer),
  });
  return {
    heardBytes: () => bytes,
    pull: async () => {
      end.hangUp();
      await terminal.close();
    },
  };
}

async function pairedOver(path: string): Promise<Device> {
  return paired(await Device.open(await openSerialChannel(path), { clock: systemClock }));
}

async function paired(device: Device): Promise<Device> {
  await device.pair(code);
  return device;
}

/** An image whose file is so long, in bytes. */
function imageOf(fileBytes: number): FirmwareImage {
  const around = makeImage({ version: [2, 0, 0], bodyBytes: 0 }).length;
  return readFirmwareImage(makeImage({ version: [2, 0, 0], bodyBytes: fileBytes - around }), 'bench.bin');
}

async function codeOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return 'taken';
  } catch (caught) {
    if (caught instanceof CodedError) return caught.code;
    throw caught;
  }
}

function figure(name: string, rest: Omit<Figure, 'name' | 'ratio'>): Figure {
  return { name, ratio: rest.value / rest.peer, ...rest };
}
