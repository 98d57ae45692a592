import { expect } from 'vitest';
import { normalizeActivationCode, SealedSession, Spake2PlusProver } from '../../../native/pairing/index.ts';
import {
  type CborInput,
  type CborMap,
  CommissioningCommand,
  decodeHeader,
  decodeMap,
  encodeMap,
  encodePacket,
  Group,
  OsCommand,
  packetData,
  type SmpHeader,
} from '../../../native/smp/index.ts';
import {
  type DeviceConnection,
  type DeviceOptions,
  type DevicePlan,
  type Environment,
  RadioField,
  VirtualDevice,
} from '../../../native/virtual/index.ts';
import { matches } from './cddl.ts';

/** A clock that stands until it is pushed. */
export class ManualClock {
  #nowMs = 1_750_000_000_000;
  #timers: { readonly run: () => void; readonly dueMs: number }[] = [];

  now = (): number => this.#nowMs;
  ticks = (): number => this.#nowMs;
  setTimer = (run: () => void, afterMs: number): (() => void) => {
    const timer = { run, dueMs: this.#nowMs + afterMs };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  /** Lets so many seconds pass; whatever is due runs in its order, with what follows from it. */
  async pass(seconds: number): Promise<void> {
    const endMs = this.#nowMs + seconds * 1000;
    for (;;) {
      await settle();
      const next = this.#timers.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#nowMs = next.dueMs;
      next.run();
    }
    this.#nowMs = endMs;
    await settle();
  }
}

/** Lets every promise that can go on go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Chance that is the same in every run. */
function countingBytes(): (count: number) => Uint8Array {
  let next = 1;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      next = (next * 69 + 41) % 65_521;
      return next & 0xff;
    });
}

/** Devices under test, in one field on one clock. */
export class Bench {
  readonly clock = new ManualClock();
  readonly field = new RadioField();
  readonly environment: Environment;

  constructor(environment: Partial<Environment> = {}) {
    this.environment = { clock: this.clock, randomBytes: countingBytes(), ...environment };
  }

  device(plan: Partial<DevicePlan> = {}, options: DeviceOptions = {}): VirtualDevice {
    const whole = { kind: 'iq', mac: '04.A2.FF', ...plan } as const;
    return new VirtualDevice(whole, { environment: this.environment, field: this.field, ...options });
  }

  iq(plan: Partial<DevicePlan> = {}, options: DeviceOptions = {}): VirtualDevice {
    return this.device({ serial: 'IQ3-000001', activationCode: '04.A2.FF', ...plan }, options);
  }

  lock(plan: Partial<DevicePlan> = {}, options: DeviceOptions = {}): VirtualDevice {
    return this.device({ kind: 'lock', mac: '0A1B2C3D4E5F60', ...plan }, options);
  }

  repeater(plan: Partial<DevicePlan> = {}, options: DeviceOptions = {}): VirtualDevice {
    return this.device({ kind: 'repeater', mac: '11.22.33', ...plan }, options);
  }

  app(device: VirtualDevice, transport: 'usb' | 'bluetooth' = 'usb', seesHangUp = true): App {
    return new App(device, this.clock, transport, seesHangUp);
  }
}

/** What came back: a body, or nothing. */
export type Answer = CborMap | 'silence';

const SILENCE = 'silence';
const { commissioning, os } = Group;

/** A bare client: packets by hand, so that it can do what an honest app never does. */
export class App {
  readonly answers: Uint8Array[] = [];
  readonly #device: VirtualDevice;
  readonly #clock: ManualClock;
  readonly #transport: 'usb' | 'bluetooth';
  readonly #seesHangUp: boolean;
  #connection: DeviceConnection;
  #seal: SealedSession | undefined;
  #sequence = 250;
  dropped = false;

  constructor(
    device: VirtualDevice,
    clock: ManualClock,
    transport: 'usb' | 'bluetooth',
    seesHangUp: boolean,
  ) {
    this.#device = device;
    this.#clock = clock;
    this.#transport = transport;
    this.#seesHangUp = seesHangUp;
    this.#connection = this.#connect();
  }

  /** Hangs up and connects again. */
  reconnect(): void {
    this.#connection.close();
    this.dropped = false;
    this.#connection = this.#connect();
  }

  hangUp(): void {
    this.#connection.close();
  }

  /** Sends raw bytes; gives what was answered, once a question that is always answered was answered too (A8). */
  async raw(packet: Uint8Array): Promise<Uint8Array[]> {
    this.answers.length = 0;
    this.#connection.receive(packet);
    const probe = encodePacket(
      { op: 0, version: 1, group: os, sequence: 0, command: OsCommand.echo },
      encodeMap({ d: 'probe' }),
    );
    this.#connection.receive(probe);
    const isProbe = (answer: Uint8Array) => Buffer.from(answer).includes('probe');
    // Stretching a password takes real time, whatever the manual clock says: the limit is only against a hang.
    const giveUpAt = Date.now() + 10_000;
    while (this.#device.powered && !this.answers.some(isProbe)) {
      if (Date.now() > giveUpAt) throw new Error('the device hangs');
      await settle();
    }
    return this.answers.filter((answer) => !isProbe(answer));
  }

  /** Sends raw bytes to a device that may not answer at all; gives what came without time passing. */
  async send(packet: Uint8Array): Promise<Uint8Array[]> {
    this.answers.length = 0;
    this.#connection.receive(packet);
    await settle();
    return [...this.answers];
  }

  /** As `sealed`, to a device that may not answer at all. */
  async sendSealed(request: Request): Promise<Answer> {
    const header = this.#header(request);
    const inner = encodePacket(header, bodyOf(request));
    return this.openSeal(await this.send(this.#envelope(this.sealPacket(inner))), header, request);
  }

  /** One request in the open; the answer's header is checked (A2). */
  async open(request: Request): Promise<Answer> {
    const header = this.#header(request);
    const answers = await this.raw(encodePacket(header, bodyOf(request)));
    return this.#only(answers, header, request);
  }

  /** One request inside the seal. */
  async sealed(request: Request): Promise<Answer> {
    const header = this.#header(request);
    const outer = this.#envelope(this.sealPacket(encodePacket(header, bodyOf(request))));
    const answers = await this.raw(outer);
    return this.openSeal(answers, header, request);
  }

  /** As `sealed`, while the clock runs: for commands that take their time. */
  async sealedWhile(request: Request, seconds: number, meanwhile?: () => void): Promise<Answer> {
    const header = this.#header(request);
    this.answers.length = 0;
    this.#connection.receive(this.#envelope(this.sealPacket(encodePacket(header, bodyOf(request)))));
    await settle();
    meanwhile?.();
    await this.#clock.pass(seconds);
    return this.openSeal([...this.answers], header, request);
  }

  sealPacket(inner: Uint8Array): CborInput {
    if (this.#seal === undefined) throw new Error('not paired');
    const { n, c } = this.#seal.seal(inner);
    return { n, c };
  }

  openSeal(answers: readonly Uint8Array[], header: Omit<SmpHeader, 'length'>, request: Request): Answer {
    if (answers.length === 0) return SILENCE;
    expect(answers).toHaveLength(1);
    const { n, c } = decodeMap(packetData(answers[0] as Uint8Array));
    const inner = this.#seal?.open(n as number, c as Uint8Array);
    if (inner === undefined) throw new Error('the answer is not sealed for us');
    return this.#only([inner], header, request);
  }

  read(command: keyof typeof CommissioningCommand, data: CborInput = {}): Promise<Answer> {
    return this.sealed({ op: 0, group: commissioning, command: CommissioningCommand[command], data });
  }

  write(command: keyof typeof CommissioningCommand, data: CborInput = {}): Promise<Answer> {
    return this.sealed({ op: 2, group: commissioning, command: CommissioningCommand[command], data });
  }

  writeWhile(
    command: keyof typeof CommissioningCommand,
    data: CborInput,
    seconds: number,
    meanwhile?: () => void,
  ): Promise<Answer> {
    const request = { op: 2, group: commissioning, command: CommissioningCommand[command], data };
    return this.sealedWhile(request, seconds, meanwhile);
  }

  identity(): Promise<Answer> {
    return this.open({ op: 0, group: commissioning, command: CommissioningCommand.identity });
  }

  pair(data: CborInput): Promise<Answer> {
    return this.open({ op: 2, group: commissioning, command: CommissioningCommand.pair, data });
  }

  /** All three steps; says what the device answered last. */
  async pairWith(code?: string): Promise<Answer> {
    const begun = await this.pair({ step: 0 });
    if (begun === SILENCE || begun.salt === undefined) return begun;
    const prover = await this.prover(begun, code);
    const answered = await this.pair({ step: 1, x: prover.shareP });
    if (answered === SILENCE || answered.y === undefined) return answered;
    const wrongCode = code !== undefined;
    const proof = wrongCode
      ? { confirmP: new Uint8Array(32), kShared: new Uint8Array(32) }
      : prover.finish(answered.y as Uint8Array, answered.cv as Uint8Array);
    const done = await this.pair({ step: 2, cp: proof.confirmP });
    if (done !== SILENCE && Object.keys(done).length === 0) {
      this.#seal = SealedSession.fromSharedKey(proof.kShared, 'app');
    }
    return done;
  }

  prover(begun: CborMap, code?: string): Promise<Spake2PlusProver> {
    const { serial, activationCode } = this.#device.description;
    return Spake2PlusProver.create({
      password: normalizeActivationCode(code ?? activationCode),
      idProver: 'doorstep',
      idVerifier: serial,
      context: 'doorstep pairing 1',
      salt: begun.salt as Uint8Array,
      rounds: begun.rounds as number,
    });
  }

  /** The outer packet around a sealed body. */
  outer(body: CborInput, change: Partial<SmpHeader> = {}): Uint8Array {
    return this.#envelope(body, change);
  }

  /** Takes the session as it is, for a second connection that has stolen the keys. */
  stealSealOf(other: App): void {
    this.#seal = other.#seal;
  }

  #connect(): DeviceConnection {
    return this.#device.connect({
      transport: this.#transport,
      seesHangUp: this.#seesHangUp,
      deliver: (packet) => this.answers.push(packet),
      onDropped: () => {
        this.dropped = true;
      },
    });
  }

  #header(request: Request): Omit<SmpHeader, 'length'> {
    this.#sequence = (this.#sequence + 1) % 256;
    const { op, group, command, version = 1 } = request;
    return { op, version, group, sequence: this.#sequence, command };
  }

  #envelope(body: CborInput, change: Partial<SmpHeader> = {}): Uint8Array {
    const header = { op: 2, version: 1, group: commissioning, sequence: 77, command: 2, ...change };
    return encodePacket(header, encodeMap(body));
  }

  #only(answers: readonly Uint8Array[], asked: Omit<SmpHeader, 'length'>, request: Request): Answer {
    if (answers.length === 0) return SILENCE;
    expect(answers).toHaveLength(1);
    const answer = answers[0] as Uint8Array;
    expect(decodeHeader(answer)).toMatchObject({
      op: asked.op + 1,
      version: Math.min(asked.version, 1),
      group: asked.group,
      sequence: asked.sequence,
      command: asked.command,
    });
    const body = decodeMap(packetData(answer));
    judge(request, body);
    return body;
  }
}

/** A request before it has a sequence. */
export interface Request {
  readonly op: number;
  readonly group: number;
  readonly command: number;
  readonly version?: number;
  readonly data?: CborInput;
  /** A body that is no CBOR map of ours. */
  readonly rawData?: Uint8Array;
}

function bodyOf({ data, rawData }: Request): Uint8Array {
  return rawData ?? encodeMap(data ?? {});
}

const RULES: Readonly<Record<string, readonly [request: string, response: string]>> = {
  'os/0/r': ['echo-request', 'echo-response'],
  'os/0/w': ['echo-request', 'echo-response'],
  'os/6/r': ['empty', 'parameters-response'],
  'os/7/r': ['application-info-request', 'application-info-response'],
  'image/0/r': ['empty', 'image-state-response'],
  'image/0/w': ['image-state-write', 'image-state-response'],
  'image/1/w': ['upload-write', 'upload-response'],
  'image/5/w': ['erase-write', 'empty'],
  '0/r': ['empty', 'identity-response'],
  '1/w': ['pair-request', 'pair-response'],
  '3/r': ['empty', 'failsafe-read-response'],
  '3/w': ['failsafe-write', 'failsafe-write-response'],
  '4/r': ['empty', 'network-read-response'],
  '4/w': ['network-write', 'empty'],
  '5/r': ['empty', 'scan-response'],
  '6/r': ['empty', 'reach-response'],
  '7/w': ['identify-write', 'empty'],
  '8/r': ['empty', 'clock'],
  '8/w': ['clock', 'empty'],
  '9/r': ['empty', 'tree-read-response'],
  '9/w': ['tree-write', 'tree-write-response'],
  '10/r': ['attach-read', 'attach-read-response'],
  '10/w': ['attach-write', 'attach-write-response'],
  '11/r': ['empty', 'join-read-response'],
  '11/w': ['join-write', 'join-write-response'],
  '12/w': ['detach-write', 'detach-write-response'],
  '13/r': ['empty', 'settings-read-response'],
  '13/w': ['settings-write', 'empty'],
  '14/w': ['test-write', 'test-write-response'],
  '15/r': ['empty', 'health-response'],
  '16/r': ['log-read', 'log-response'],
  '17/w': ['factory-write', 'empty'],
};

/** A55: every answer matches the CDDL, and nothing is accepted that does not. */
export function judge(request: Request, answer: CborMap): void {
  if (answer.rc !== undefined || answer.err !== undefined) {
    expect(matches('error', answer), JSON.stringify(answer)).toBe(true);
    return;
  }
  const way = request.op === 0 ? 'r' : 'w';
  const groups: Record<number, string> = { [commissioning]: '', [os]: 'os/', [Group.image]: 'image/' };
  const rule = RULES[`${groups[request.group]}${request.command}/${way}`];
  if (rule === undefined) return;
  expect(matches(rule[0], decodeMap(bodyOf(request))), `accepted by no rule: ${rule[0]}`).toBe(true);
  const responses =
    rule[1] === 'pair-response' ? [0, 1, 2].map((step) => `pair-response-${step}`) : [rule[1]];
  const fits = responses.some((response) => matches(response, answer));
  expect(fits, `${rule[1]} ${JSON.stringify(answer)}`).toBe(true);
}

/** An error of SMP itself. */
export const rc = (code: number) => ({ rc: code });
/** An error of group 64. */
export const err = (code: number) => ({ err: { group: 64, rc: code } });
