import assert from 'node:assert/strict';
import { normalizeActivationCode, SealedSession, Spake2PlusProver } from '../../native/pairing/index.ts';
import {
  type CborInput,
  type CborMap,
  CommissioningCommand,
  decodeHeader,
  decodeMap,
  encodeMap,
  encodePacket,
  Group,
  ImageCommand,
  Op,
  OsCommand,
  packetData,
} from '../../native/smp/index.ts';
import { type Fault, VirtualDevice } from '../../native/virtual/index.ts';
import { REQUESTS } from '../native/devices/bodies.ts';
import type { Chance } from './chance.ts';
import { anyCborMap, mutate, spoil } from './mutate.ts';
import { StandingClock, settle, type Target } from './target.ts';

const SERIAL = 'IQ3-000001';
const CODE = '04.A2.FF';
/** Tries are given back this often, so that pairing goes on being fuzzed. */
const BUTTON_EVERY = 50;

/** A device of the virtual kind and one connection to it. */
class Line {
  readonly clock = new StandingClock();
  readonly device: VirtualDevice;
  readonly answers: Uint8Array[] = [];
  #connection;
  #sequence = 0;

  constructor(chance: Chance) {
    const environment = { clock: this.clock, randomBytes: (count: number) => chance.bytes(count) };
    this.device = new VirtualDevice(
      { kind: 'iq', mac: '04.A2.FF', serial: SERIAL, activationCode: CODE },
      { environment, hand: { kind: 'helps', delayMs: 1 } },
    );
    this.#connection = this.device.connect({
      transport: 'usb',
      deliver: (packet) => this.answers.push(packet),
    });
  }

  /** Sends a packet and waits until the device is through with it; time passes where it wants some. */
  async send(packet: Uint8Array): Promise<Uint8Array[]> {
    this.answers.length = 0;
    this.#connection.receive(packet);
    // Bounded by count: a device that still answers nothing after an hour of its own time never will.
    for (let waited = 0; waited < 40 && this.answers.length === 0; waited++) {
      await settle();
      this.clock.pass(waited < 3 ? 0 : 2_000);
    }
    return [...this.answers];
  }

  /** Whether the device still answers the simplest question. */
  async lives(): Promise<boolean> {
    this.#sequence = (this.#sequence + 1) % 256;
    const header = { op: 0, version: 1, group: Group.os, sequence: this.#sequence, command: OsCommand.echo };
    for (let tried = 0; tried < 3; tried++) {
      const answers = await this.send(encodePacket(header, encodeMap({ d: 'alive' })));
      if (answers.some((answer) => Buffer.from(answer).includes('alive'))) return true;
      this.clock.pass(1_000);
      await settle();
    }
    return false;
  }

  async pair(): Promise<SealedSession> {
    const ask = async (data: CborInput): Promise<CborMap> => {
      const header = {
        op: 2,
        version: 1,
        group: Group.commissioning,
        sequence: 1,
        command: CommissioningCommand.pair,
      };
      const [answer] = await this.#askUntilAnswered(encodePacket(header, encodeMap(data)));
      return decodeMap(packetData(answer ?? new Uint8Array()));
    };
    this.device.pressButton();
    const { salt, rounds } = await ask({ step: 0 });
    const prover = await Spake2PlusProver.create({
      password: normalizeActivationCode(CODE),
      idProver: 'doorstep',
      idVerifier: SERIAL,
      context: 'doorstep pairing 1',
      salt: salt as Uint8Array,
      rounds: rounds as number,
    });
    const { y, cv } = await ask({ step: 1, x: prover.shareP });
    const { confirmP, kShared } = prover.finish(y as Uint8Array, cv as Uint8Array);
    await ask({ step: 2, cp: confirmP });
    return SealedSession.fromSharedKey(kShared, 'app');
  }

  /** The password is stretched on a thread, outside of any clock. */
  async #askUntilAnswered(packet: Uint8Array): Promise<Uint8Array[]> {
    this.answers.length = 0;
    this.#connection.receive(packet);
    while (this.answers.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    return [...this.answers];
  }
}

/** Every request in its own place, right. */
const rightly = REQUESTS.map(([, { op, group, command }, body]) => ({
  header: { op: op === 'read' ? Op.read : Op.write, version: 1, group, sequence: 3, command },
  body: body as CborInput,
}));

/** Every command of a group, asked without a body. */
function bare(group: number, commands: Readonly<Record<string, number>>): Uint8Array[] {
  return Object.values(commands).flatMap((command) =>
    [Op.read, Op.write].map((op) =>
      encodePacket({ op, version: 1, group, sequence: 3, command }, encodeMap({})),
    ),
  );
}

const requests = [
  ...rightly.map(({ header, body }) => encodePacket(header, encodeMap(body))),
  ...bare(Group.os, OsCommand),
  ...bare(Group.image, ImageCommand),
  ...bare(Group.commissioning, CommissioningCommand),
  // Sealed by nobody (A31), in version 1, and longer than the seal leaves room for (A7).
  encodePacket(
    {
      op: Op.write,
      version: 1,
      group: Group.commissioning,
      sequence: 2,
      command: CommissioningCommand.sealed,
    },
    encodeMap({ n: 1, c: new Uint8Array(30) }),
  ),
  encodePacket({ op: Op.write, version: 0, group: Group.os, sequence: 4, command: 0 }, encodeMap({ d: 'x' })),
  encodePacket(
    { op: Op.write, version: 1, group: Group.os, sequence: 5, command: OsCommand.echo },
    encodeMap({ d: 'x'.repeat(1_994) }),
  ),
];

/** Faults that decide what becomes of a packet; each is on for one input. */
const FAULTS: readonly Fault[] = [
  { kind: 'version_1', toVersion2: 'answers' },
  { kind: 'version_1', toVersion2: 'refuses' },
  { kind: 'version_1', toVersion2: 'drops' },
  { kind: 'drop_request', count: 1 },
  { kind: 'drop_answer', count: 1 },
  { kind: 'restart', command: 'echo', moment: 'before' },
  { kind: 'restart', command: 'echo', moment: 'after' },
  { kind: 'busy' },
];

function inputFor(chance: Chance): Uint8Array {
  switch (chance.below(8)) {
    case 0:
    case 1:
      return chance.pick(requests);
    case 2:
    case 3:
    case 4: {
      const { header, body } = chance.pick(rightly);
      return encodePacket(header, encodeMap(spoil(chance, body)));
    }
    case 5: {
      const header = { op: chance.below(4), version: chance.below(4), sequence: chance.below(256) };
      const place = { group: chance.pick([0, 1, 2, 64, 65]), command: chance.below(20) };
      return encodePacket({ ...header, ...place }, anyCborMap(chance));
    }
    default:
      return mutate(chance, requests);
  }
}

/** Now and then a fault is on while an input is taken. */
function underFault<T>(chance: Chance, { device }: Line, take: () => Promise<T>): Promise<T> {
  if (chance.oneIn(8)) device.faults.set(chance.pick(FAULTS));
  return take().finally(() => device.faults.clear());
}

/** An answer has its request's header, its own length, and a body that can be read (A2, A6). */
function assertAnswer(request: Uint8Array, answer: Uint8Array): void {
  const [asked, got] = [decodeHeader(request), decodeHeader(answer)];
  assert.ok(asked !== undefined && got !== undefined, 'what is no packet was answered');
  assert.equal(got.op, asked.op + 1);
  assert.deepEqual([got.group, got.command, got.sequence], [asked.group, asked.command, asked.sequence]);
  decodeMap(packetData(answer));
}

/** Packets in the open: at most one answer each, and nothing that is not open changes anything (A17). */
export const deviceTarget: Target = {
  name: 'device',
  share: 9,
  make: async (chance) => {
    const line = new Line(chance);
    let count = 0;
    return {
      next: () => inputFor(chance),
      async run(input) {
        count += 1;
        if (count % BUTTON_EVERY === 0) line.device.pressButton();
        const answers = await underFault(chance, line, () => line.send(input));
        assert.ok(answers.length <= 1, 'more than one answer');
        for (const answer of answers) assertAnswer(input, answer);
        assert.ok(await line.lives(), 'the device no longer answers');
        assert.equal(line.device.flashReport.commissioned, false, 'changed in the open');
      },
    };
  },
};

/** Packets inside the seal: each whole one is answered inside the seal, and the session lives on (A32). */
export const sealedDeviceTarget: Target = {
  name: 'sealed device',
  share: 9,
  make: async (chance) => {
    let line = new Line(chance);
    let session = await line.pair();
    const seal = (inner: Uint8Array): Uint8Array => {
      const header = {
        op: 2,
        version: 1,
        group: Group.commissioning,
        sequence: 9,
        command: CommissioningCommand.sealed,
      };
      return encodePacket(header, encodeMap({ ...session.seal(inner) }));
    };
    const health = () =>
      encodePacket(
        { op: 0, version: 1, group: Group.commissioning, sequence: 8, command: CommissioningCommand.health },
        encodeMap({}),
      );
    let open = false;
    return {
      next: () => {
        const inner = inputFor(chance);
        open = !chance.oneIn(5);
        return open ? inner : mutate(chance, [seal(inner)]);
      },
      async run(input) {
        const answers = await underFault(chance, line, () => line.send(open ? seal(input) : input));
        assert.ok(answers.length <= 1, 'more than one answer');
        for (const answer of answers) {
          const { n, c } = decodeMap(packetData(answer));
          const inner = c instanceof Uint8Array ? session.open(n as number, c) : undefined;
          if (open && inner !== undefined) assertAnswer(input, inner);
        }
        line.clock.pass(1_000);
        await settle();
        const [alive] = await line.send(seal(health()));
        const body = alive && decodeMap(packetData(alive));
        if (body?.c instanceof Uint8Array) {
          assert.ok(session.open(body.n as number, body.c) !== undefined, 'an answer that is not ours');
          return;
        }
        // A reset or a return to factory state ended the session, or more was dropped than one buffer holds.
        assert.ok(await line.lives(), 'the device no longer answers');
        line = new Line(chance);
        session = await line.pair();
      },
    };
  },
};
