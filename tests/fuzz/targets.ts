import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { CodedError } from '../../electron/contract/errors.ts';
import { MAX_IMAGE_BYTES, readFirmwareImage } from '../../native/firmware/mcuboot-image.ts';
import { SealedSession } from '../../native/pairing/index.ts';
import {
  CborError,
  type CborInput,
  type CborMap,
  type CborValue,
  ConsoleReceiver,
  decodeHeader,
  decodeMap,
  encodeConsoleFrame,
  encodeMap,
  encodePacket,
  FragmentReceiver,
  fragmentPacket,
  packetData,
} from '../../native/smp/index.ts';
import { parseAdvertisement, SMP_SERVICE_UUID } from '../../native/transport/ble/advertisement.ts';
import { makeImage } from '../../native/virtual/index.ts';
import { newKeyPair, openTicket, sealTicket } from '../../native/virtual/ticket.ts';
import { REQUESTS, RESPONSES } from '../native/devices/bodies.ts';
import type { Chance } from './chance.ts';
import { clientTarget } from './client-target.ts';
import { deviceTarget, sealedDeviceTarget } from './device-target.ts';
import { anyCborMap, join, mutate } from './mutate.ts';
import type { Target } from './target.ts';

const NOISE = Buffer.from('[00:12] <dbg> radio: queue 0 of 8\r\n');
const header = { op: 2, version: 1, group: 64, sequence: 7, command: 9 };
const bodies = [...REQUESTS, ...RESPONSES].map(([, , body]) => encodeMap(body as CborInput));
/** Packets as they travel, small and larger than one line or fragment. */
const packets = [
  ...bodies.map((data) => encodePacket(header, data)),
  encodePacket(header, encodeMap({ data: new Uint8Array(700).fill(7) })),
];

const consoleTarget: Target = {
  name: 'console',
  share: 170,
  make: (chance) => {
    const valid = packets.flatMap((packet) => {
      const frame = encodeConsoleFrame(packet);
      return [frame, join(NOISE, frame), join(frame, encodeConsoleFrame(packets[0] as Uint8Array))];
    });
    let now = 0;
    let delivered = 0;
    let last = '';
    const receiver = new ConsoleReceiver({
      maxPacketBytes: 1024,
      now: () => now,
      onText: (text) => assert.ok(text.length <= 1024),
      onPacket: (packet) => {
        delivered += 1;
        last = hexOf(packet);
      },
    });
    return {
      next: () => mutate(chance, valid),
      run(input) {
        now += chance.oneIn(20) ? 6_000 : 1;
        for (const piece of split(chance, input)) {
          receiver.push(piece);
          if (chance.oneIn(400)) now += 5_100;
        }
        // Whatever came before: the next whole frame on a line of its own is received, once.
        const packet = chance.pick(packets);
        receiver.push(Uint8Array.of(0x0a));
        const before = delivered;
        receiver.push(encodeConsoleFrame(packet));
        assert.equal(last, hexOf(packet), 'a whole frame after noise was lost');
        assert.equal(delivered, before + 1, 'one frame gave more than one packet');
      },
    };
  },
};

const fragmentTarget: Target = {
  name: 'fragments',
  share: 130,
  make: (chance) => {
    let now = 0;
    let last = '';
    const receiver = new FragmentReceiver({
      maxPacketBytes: 1024,
      now: () => now,
      onPacket: (packet) => {
        assert.ok(packet.length <= 1024, 'a packet over the buffer was delivered');
        assert.ok(decodeHeader(packet) !== undefined, 'a packet without its own length was delivered');
        last = hexOf(packet);
      },
    });
    return {
      next: () => mutate(chance, packets),
      run(input) {
        for (const fragment of fragmentPacket(input, chance.pick([23, 64, 247]))) {
          now += chance.oneIn(10) ? chance.pick([900, 1_100, 5_100]) : 1;
          receiver.push(fragment);
        }
        receiver.push(new Uint8Array());
        // After silence, and after the longest life of an unfinished packet, the next one is received.
        now += 5_100;
        const packet = chance.pick(packets);
        for (const fragment of fragmentPacket(packet, 247)) receiver.push(fragment);
        assert.equal(last, hexOf(packet), 'a whole packet after silence was lost');
      },
    };
  },
};

const headerTarget: Target = {
  name: 'header',
  share: 120,
  make: (chance) => ({
    next: () => mutate(chance, packets),
    run(input) {
      const read = decodeHeader(input);
      if (read === undefined) return;
      const again = encodePacket(read, packetData(input));
      // `res` and `flags` are ignored and written as 0 (A2).
      assert.deepEqual(decodeHeader(again), read);
      assert.equal(hexOf(packetData(again)), hexOf(packetData(input)));
    },
  }),
};

const cborTarget: Target = {
  name: 'cbor',
  share: 240,
  make: (chance) => ({
    next: () => (chance.oneIn(2) ? anyCborMap(chance) : mutate(chance, bodies)),
    run(input) {
      let map: CborMap;
      try {
        map = decodeMap(input, chance.oneIn(50) ? { maxBytes: 20 } : {});
      } catch (caught) {
        assert.ok(caught instanceof CborError, `threw ${String(caught)}`);
        return;
      }
      assert.ok(depthOf(map) <= 8, 'nested deeper than A6 allows');
      if (!hasBigInt(map)) assert.deepEqual(decodeMap(encodeMap(map as CborInput)), map);
    },
  }),
};

const answersTarget: Target = {
  name: 'answers',
  share: 90,
  make: (chance) => {
    const rows = RESPONSES.map(([, command, body]) => ({ command, bytes: encodeMap(body as CborInput) }));
    let at = 0;
    return {
      next: () => {
        at = chance.below(rows.length);
        return mutate(chance, [rows[at]?.bytes ?? new Uint8Array()]);
      },
      run(input) {
        const body = decodedOrUndefined(input);
        if (body === undefined) return;
        try {
          rows[at]?.command.parse(body);
        } catch (caught) {
          assert.ok(caught instanceof CodedError && caught.code === 'device.bad_response', String(caught));
        }
      },
    };
  },
};

const sealedTarget: Target = {
  name: 'sealed',
  share: 90,
  make: (chance) => {
    const key = chance.bytes(32);
    const sender = SealedSession.fromSharedKey(key, 'app');
    const receiver = SealedSession.fromSharedKey(key, 'device');
    let sent = sender.seal(packets[0] as Uint8Array);
    const earlier = [sent];
    return {
      next: () => {
        sent = sender.seal(chance.pick(packets));
        earlier.push(sent);
        if (earlier.length > 20) earlier.shift();
        return chance.oneIn(10) ? sent.c.slice() : mutate(chance, [sent.c, (earlier[0] ?? sent).c]);
      },
      run(input) {
        const n = chance.oneIn(8) ? chance.pick([0, -1, 1.5, sent.n - 1, 2 ** 53, Number.NaN]) : sent.n;
        const isWhole = n === sent.n && hexOf(input) === hexOf(sent.c);
        const before = receiver.dropped;
        const opened = receiver.open(n, input);
        assert.equal(opened !== undefined, isWhole, 'a changed packet was opened, or a whole one was not');
        assert.equal(receiver.dropped, before + (isWhole ? 0 : 1), 'what was dropped was not counted');
        if (!isWhole) return;
        assert.equal(receiver.open(n, input), undefined, 'a repeated packet was opened');
      },
    };
  },
};

const advertisementTarget: Target = {
  name: 'advertisement',
  share: 60,
  make: (chance) => {
    const valid = [1, 2, 3].map((kind) =>
      Uint8Array.of(0xff, 0xff, 1, kind, chance.below(3), 0, 0, 0, 0, 4, 0xa2, 0xff),
    );
    return {
      next: () =>
        mutate(chance, [...valid, Uint8Array.of(0xff, 0xff, 1, 3, 2, 1, 0xff, 0xee, 0, 0x11, 0x22, 0x7f)]),
      run(input) {
        const services = chance.oneIn(10) ? [] : [SMP_SERVICE_UUID];
        const read = parseAdvertisement(services, chance.oneIn(30) ? null : input);
        if (read === null || !read.known) return;
        assert.match(read.mac, /^([0-9A-F]{2}\.[0-9A-F]{2}\.[0-9A-F]{2}|[0-9A-F]{14})$/);
      },
    };
  },
};

const ticketTarget: Target = {
  name: 'ticket',
  share: 2,
  make: (chance) => {
    const random = (count: number) => chance.bytes(count);
    const lock = newKeyPair(random);
    const content = { net: random(16), iq: '04.A2.FF', ch: 11 };
    const seal = (what: object) =>
      sealTicket({ ...content, ...what }, { id: '01FFEE0011227F', publicKey: lock.publicKey }, random);
    const ticket = seal({});
    // Sealed rightly, by a hub that says the wrong thing.
    const strange = [{ net: random(3) }, { net: 'x' }, { iq: 7 }, { ch: 'x' }].map(seal);
    return {
      next: () => {
        if (chance.oneIn(20)) return ticket.slice();
        return chance.oneIn(10) ? chance.pick(strange) : mutate(chance, [ticket]);
      },
      run(input) {
        const opened = openTicket(input, { id: '01FFEE0011227F', secretKey: lock.secretKey });
        assert.equal(opened !== undefined, hexOf(input) === hexOf(ticket));
      },
    };
  },
};

const imageTarget: Target = {
  name: 'image',
  share: 40,
  make: (chance) => {
    const plain = makeImage({ version: [1, 2, 3], bodyBytes: 300 });
    const valid = [plain, withProtectedPart(plain)];
    const whole = valid.map(hexOf);
    const tooLarge = new Uint8Array(MAX_IMAGE_BYTES + 1);
    return {
      next: () => {
        if (chance.oneIn(20)) return chance.pick(valid).slice();
        return chance.oneIn(1_000) ? tooLarge : mutate(chance, valid);
      },
      run(input) {
        try {
          const { version } = readFirmwareImage(input, 'x.bin');
          // Only what stands behind the parts that the hash covers may differ.
          assert.ok(
            whole.some((each) => hexOf(input).startsWith(each)),
            `read as ${version}`,
          );
        } catch (caught) {
          assert.ok(caught instanceof CodedError && caught.code.startsWith('firmware.'), String(caught));
        }
      },
    };
  },
};

/** Everything that takes bytes from outside. `share` is in thousandths of all inputs. */
export const targets: readonly Target[] = [
  consoleTarget,
  fragmentTarget,
  headerTarget,
  cborTarget,
  answersTarget,
  sealedTarget,
  advertisementTarget,
  clientTarget,
  deviceTarget,
  sealedDeviceTarget,
  ticketTarget,
  imageTarget,
];

/** The same image with a build number, and a protected part that its hash covers, too. */
function withProtectedPart(plain: Uint8Array): Uint8Array {
  const image = Buffer.from(plain);
  image.writeUInt16LE(8, 10);
  image.writeUInt32LE(77, 24);
  const body = image.subarray(0, -(8 + 32));
  const hashed = Buffer.concat([body, Buffer.from('0869080050000000', 'hex')]);
  const info = image.subarray(-(8 + 32), -32);
  return new Uint8Array(Buffer.concat([hashed, info, createHash('sha256').update(hashed).digest()]));
}

function* split(chance: Chance, bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + chance.below(chance.pick([1, 16, 200]));
    yield bytes.subarray(at, end);
    at = end;
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function decodedOrUndefined(bytes: Uint8Array): CborMap | undefined {
  try {
    return decodeMap(bytes);
  } catch {
    return undefined;
  }
}

function depthOf(value: CborValue): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function hasBigInt(value: CborValue): boolean {
  if (typeof value === 'bigint') return true;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  return Object.values(value).some(hasBigInt);
}
