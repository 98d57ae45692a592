import type { SealedSession } from '../pairing/index.ts';
import {
  CborError,
  type CborInput,
  type CborMap,
  CommissioningCommand,
  decodeHeader,
  decodeMap,
  encodeMap,
  encodePacket,
  Group,
  HEADER_BYTES,
  Op,
  packetData,
  type SmpHeader,
  Version,
} from '../smp/index.ts';
import { type Command, commands, type Handler } from './commands/index.ts';
import type { Internals } from './internals.ts';
import type { PairingConnection } from './pairing-guard.ts';
import { groupRefusal, Refusal, smpRefusal } from './refusal.ts';
import { RequestBody } from './request-body.ts';

/** What follows from one packet: perhaps an answer, and what happens once it went out. */
export interface Outcome {
  readonly answer?: Uint8Array;
  readonly afterAnswer: readonly (() => void)[];
}

/** What an inner packet is shorter than the buffer, in bytes (A7). */
const SEAL_BYTES = 48;
const NOTHING: Outcome = { afterAnswer: [] };

interface Request {
  readonly header: SmpHeader;
  readonly data: Uint8Array;
  readonly connection: PairingConnection;
  readonly maxDataBytes: number;
  readonly afterAnswer: (() => void)[];
}

/** Judges every packet in the order of A17 and hands what passes to its command. */
export class Dispatcher {
  readonly #device: Internals;
  readonly #writes: Record<string, number>;
  #dropped = 0;

  /** Successful writes are counted in `writes`, by command. */
  constructor(device: Internals, writes: Record<string, number>) {
    this.#device = device;
    this.#writes = writes;
  }

  /** Packets dropped outside any session, without an answer (A3). */
  get dropped(): number {
    return this.#dropped;
  }

  drop(): void {
    this.#dropped += 1;
  }

  async take(packet: Uint8Array, connection: PairingConnection): Promise<Outcome> {
    const header = decodeHeader(packet);
    if (header === undefined || !isRequest(header)) {
      this.drop();
      return NOTHING;
    }
    const request: Request = {
      header,
      data: packetData(packet),
      connection,
      maxDataBytes: this.#device.description.bufferBytes - HEADER_BYTES,
      afterAnswer: [],
    };
    if (this.#drops(header)) return NOTHING;
    if (this.#refusesVersion(header))
      return this.#answer(request, this.#refuse(request, smpRefusal('version')));
    if (isSealed(header) && header.op === Op.write) return this.#takeSealed(request);
    const command = this.#find(header);
    const handler = command?.open === true ? handlerOf(command, header) : undefined;
    if (command === undefined || handler === undefined) {
      return this.#answer(request, this.#refuse(request, smpRefusal('accessDenied')));
    }
    return this.#answer(request, await this.#run(command, handler, request));
  }

  async #takeSealed(request: Request): Promise<Outcome> {
    const { pairing } = this.#device;
    const session = pairing.sessionOn(request.connection);
    const envelope = readEnvelope(request.data);
    if (session === undefined) {
      const refusal = envelope === undefined ? smpRefusal('invalid') : groupRefusal('noSession');
      return this.#answer(request, this.#refuse(request, refusal));
    }
    if (envelope === undefined) {
      session.drop();
      return NOTHING;
    }
    const inner = session.open(envelope.n, envelope.c);
    if (inner === undefined) return NOTHING;
    pairing.touchSession();
    const header = decodeHeader(inner);
    if (header === undefined || !isRequest(header)) {
      session.drop();
      return NOTHING;
    }
    const maxDataBytes = request.maxDataBytes - SEAL_BYTES;
    const body = await this.#innerBody({ ...request, header, data: packetData(inner), maxDataBytes });
    if (body === undefined) return { afterAnswer: request.afterAnswer };
    return this.#answer(request, sealBody(session, this.#responseHeader(header), body));
  }

  async #innerBody(request: Request): Promise<CborInput | undefined> {
    const { header, data } = request;
    if (this.#refusesVersion(header)) return this.#refuse(request, smpRefusal('version'));
    if (data.length > request.maxDataBytes) return this.#refuse(request, smpRefusal('size'));
    const command = isPairing(header) ? undefined : this.#find(header);
    const handler = command && handlerOf(command, header);
    if (command === undefined || handler === undefined) {
      return this.#refuse(request, smpRefusal('notSupported'));
    }
    return this.#run(command, handler, request);
  }

  /** The body of the answer; undefined where a fault swallows request or answer. */
  async #run(command: Command, handler: Handler, request: Request): Promise<CborInput | undefined> {
    const { faults } = this.#device;
    if (faults.take('drop_request', command.name)) return undefined;
    if (faults.takeRestart(command.name, 'before')) {
      this.#device.restart();
      return undefined;
    }
    const body = await this.#execute(command, handler, request);
    if (faults.takeRestart(command.name, 'after')) {
      this.#device.restart();
      return undefined;
    }
    return faults.take('drop_answer', command.name) ? undefined : body;
  }

  async #execute(command: Command, handler: Handler, request: Request): Promise<CborInput> {
    const { connection, maxDataBytes, afterAnswer } = request;
    try {
      const body = new RequestBody(decodeBody(request.data));
      if (this.#device.faults.has('busy') && command.open !== true) throw smpRefusal('busy');
      const context = {
        connection,
        maxDataBytes,
        afterAnswer: (run: () => void) => void afterAnswer.push(run),
      };
      const answer = await handler(this.#device, body, context);
      if (request.header.op === Op.write) {
        this.#writes[command.name] = (this.#writes[command.name] ?? 0) + 1;
      }
      return answer;
    } catch (error) {
      return this.#refuse(request, error instanceof Refusal ? error : smpRefusal('unknown'));
    }
  }

  #drops({ version }: SmpHeader): boolean {
    return version === Version.two && this.#device.faults.get('version_1')?.toVersion2 === 'drops';
  }

  /** A reserved version (A1), or 2 where the fault makes an old server of the device. */
  #refusesVersion(header: SmpHeader): boolean {
    const isOld = this.#device.faults.get('version_1')?.toVersion2 === 'refuses';
    return isReserved(header) || (isOld && header.version === Version.two);
  }

  #find(header: SmpHeader): Command | undefined {
    const found = commands.find(({ group, command }) => group === header.group && command === header.command);
    const { kind } = this.#device.description;
    return found?.kinds === undefined || found.kinds.includes(kind) ? found : undefined;
  }

  #refuse({ header }: Request, refusal: Refusal): CborInput {
    return refusal.body(this.#responseHeader(header).version);
  }

  #answer(request: Request, answer: CborInput | Uint8Array | undefined): Outcome {
    const { afterAnswer, header } = request;
    if (answer === undefined) return { afterAnswer };
    const data = answer instanceof Uint8Array ? answer : encodeMap(answer);
    return { answer: encodePacket(this.#responseHeader(header), data), afterAnswer };
  }

  /** Op one higher, everything else as it came (A2). */
  #responseHeader(header: SmpHeader): Omit<SmpHeader, 'length'> {
    const { op, group, sequence, command } = header;
    const asked = isReserved(header) ? Version.two : header.version;
    const version = this.#device.faults.has('version_1') ? Version.one : asked;
    return { op: op + 1, version, group, sequence, command };
  }
}

function sealBody(session: SealedSession, header: Omit<SmpHeader, 'length'>, body: CborInput): Uint8Array {
  const { n, c } = session.seal(encodePacket(header, encodeMap(body)));
  return encodeMap({ n, c });
}

function isRequest({ op }: SmpHeader): boolean {
  return op === Op.read || op === Op.write;
}

/** Versions that the field has room for but nobody speaks (A1). */
function isReserved({ version }: SmpHeader): boolean {
  return version !== Version.one && version !== Version.two;
}

function isSealed({ group, command }: SmpHeader): boolean {
  return group === Group.commissioning && command === CommissioningCommand.sealed;
}

/** What may never stand inside the seal (A27, A32). */
function isPairing(header: SmpHeader): boolean {
  return (
    isSealed(header) || (header.group === Group.commissioning && header.command === CommissioningCommand.pair)
  );
}

function handlerOf(command: Command, { op }: SmpHeader): Handler | undefined {
  return op === Op.read ? command.read : command.write;
}

function decodeBody(data: Uint8Array): CborMap {
  try {
    return decodeMap(data);
  } catch (error) {
    throw error instanceof CborError ? smpRefusal('invalid') : error;
  }
}

function readEnvelope(data: Uint8Array): { n: number; c: Uint8Array } | undefined {
  try {
    const body = new RequestBody(decodeBody(data));
    return { n: body.integer('n', [1, Number.MAX_SAFE_INTEGER]), c: body.anyBytes('c') };
  } catch {
    return undefined;
  }
}
