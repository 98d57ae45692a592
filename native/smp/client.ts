import { asCodedError, CodedError } from '../../electron/contract/errors.ts';
import { CborError, type CborInput, type CborMap, decodeMap, encodeMap } from './cbor.ts';
import type { PacketChannel } from './channel.ts';
import { abortError, type Clock } from './clock.ts';
import type { SmpHeader } from './header.ts';
import {
  CommissioningCommand,
  CommissioningError,
  decodeHeader,
  encodePacket,
  Group,
  Op,
  packetData,
} from './header.ts';
import { type RefusalNumbers, refusalIn, SmpRefusal } from './refusal.ts';
import { VersionChoice } from './version-choice.ts';

/** The part of a sealed session that the client needs; `native/pairing` has it. */
export interface Seal {
  seal(innerPacket: Uint8Array): { n: number; c: Uint8Array };
  open(n: number, c: Uint8Array): Uint8Array | undefined;
}

/** One request, before it has a sequence. */
export interface SmpRequest {
  /** What a person may be told was asked, as `tree` or `pair`. */
  readonly name: string;
  readonly op: 'read' | 'write';
  readonly group: number;
  readonly command: number;
  readonly data: CborInput;
  /** How long the device may take (A9); the client waits {@link GRACE_MS} longer. */
  readonly answerWithinMs: number;
  /** Whether it goes inside the seal. */
  readonly sealed: boolean;
}

/** How long the client waits beyond the device's own limit, in milliseconds (A9). */
export const GRACE_MS = 1000;
/** Largest packet before the device's parameters are known, in bytes with header (A7). */
export const FIRST_PACKET_BYTES = 256;
/** What an inner packet is shorter than the buffer at least, in bytes (A7). */
export const SEALED_OVERHEAD_BYTES = 48;

const SEQUENCES = 256;

/** Why an arriving packet answered nothing. */
type StrangerReason = 'malformed' | 'unmatched' | 'unauthentic' | 'unsealed';

interface Waiting {
  readonly request: SmpRequest;
  readonly resolve: (data: CborMap) => void;
  readonly reject: (error: CodedError) => void;
  /** Set once sent. */
  sequence: number;
  /** The version it was sent in, as the raw field. */
  version: number;
  /** The caller has gone; the device is still at it and its slot stays taken (A7, A8). */
  abandoned: boolean;
  stopListening: () => void;
}

/**
 * Requests and answers over one channel: sequences, matching, limits, window, seal (A1–A3, A7–A9, A17–A20,
 * A31, A32). A channel has one client.
 */
export class SmpClient {
  readonly channel: PacketChannel;
  readonly #clock: Clock;
  readonly #queue: Waiting[] = [];
  /** Sent and unanswered, in the order of sending, which is the order of the answers (A8). */
  readonly #sent: Waiting[] = [];
  readonly #strangers: Record<string, number> = {};
  readonly #version = new VersionChoice();
  readonly #stopListening: readonly (() => void)[];
  #seal: Seal | undefined;
  #maxPacketBytes = FIRST_PACKET_BYTES;
  #window = 1;
  #nextSequence: number;
  #ended: CodedError | undefined;
  #cancelTimer: () => void = () => {};
  #timed: Waiting | undefined;
  #lastAnsweredTicks: number;

  constructor(channel: PacketChannel, options: { clock: Clock; firstSequence?: number }) {
    this.channel = channel;
    this.#clock = options.clock;
    this.#lastAnsweredTicks = options.clock.ticks();
    this.#nextSequence = (options.firstSequence ?? 0) % SEQUENCES;
    this.#stopListening = [
      channel.onPacket((packet) => this.#onPacket(packet)),
      channel.onClose((problem) => this.#end(problem)),
    ];
  }

  /** Packets that answered nothing, by reason; for diagnostics. */
  get strangers(): Readonly<Record<string, number>> {
    return this.#strangers;
  }

  /** When a request was last answered, in ticks of the clock; at first, when the client was made. */
  get lastAnsweredTicks(): number {
    return this.#lastAnsweredTicks;
  }

  /** How many requests wait for an answer or for their turn, those that were given up by their caller too. */
  get unanswered(): number {
    return this.#sent.length + this.#queue.length;
  }

  /** Takes over what the device can: packet size in bytes with header, and requests at once (A7). */
  setParameters(parameters: { bufSize: number; bufCount: number }): void {
    this.#maxPacketBytes = parameters.bufSize;
    this.#window = Math.min(parameters.bufCount, SEQUENCES / 2);
    this.channel.setMaxPacketBytes(parameters.bufSize);
    this.#pump();
  }

  /** Seals what follows with `seal`; undefined forgets the session. */
  sealWith(seal: Seal | undefined): void {
    this.#seal = seal;
  }

  /**
   * Sends one request and gives the data of its answer. Never sends it again by itself.
   * @throws CodedError `device.timeout`, `device.bad_response`, `device.too_large`, `commission.cancelled` (or
   * the signal's own coded reason), what the channel closed with, or an {@link SmpRefusal}.
   */
  request(request: SmpRequest, signal?: AbortSignal): Promise<CborMap> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      if (signal?.aborted) return reject(abortError(signal));
      if (request.sealed && this.#seal === undefined)
        return reject(this.#error('device.access_denied', request));
      if (this.#bytesOf(request) > this.#limitOf(request))
        return reject(this.#error('device.too_large', request));
      const waiting: Waiting = {
        request,
        resolve,
        reject,
        sequence: -1,
        version: this.#version.current,
        abandoned: false,
        stopListening: () => {},
      };
      if (signal !== undefined) {
        const onAbort = () => this.#abandon(waiting, abortError(signal));
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.stopListening = () => signal.removeEventListener('abort', onAbort);
      }
      this.#queue.push(waiting);
      this.#pump();
    });
  }

  /** Closes the channel; everything unanswered is rejected with `problem`, `device.disconnected` by default. */
  async close(problem?: CodedError): Promise<void> {
    this.#end(problem ?? new CodedError('device.disconnected', { device: this.channel.label }));
    await this.channel.close();
  }

  #bytesOf(request: SmpRequest): number {
    return encodePacket(headerOf(request, 0, this.#version.current), encodeMap(request.data)).length;
  }

  #limitOf(request: SmpRequest): number {
    return request.sealed ? this.#maxPacketBytes - SEALED_OVERHEAD_BYTES : this.#maxPacketBytes;
  }

  #pump(): void {
    while (this.#sent.length < this.#window) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      this.#send(waiting);
    }
  }

  #send(waiting: Waiting): void {
    const packet = this.#numberAndPack(waiting);
    if (packet === undefined) {
      waiting.stopListening();
      waiting.reject(this.#error('device.access_denied', waiting.request));
      return;
    }
    this.#sent.push(waiting);
    this.#timeHead();
    this.channel.send(packet).catch((caught: unknown) => {
      this.#remove(waiting);
      waiting.reject(asCodedError(caught));
    });
  }

  /**
   * Sealed at the moment of sending, for counters must rise in the order on the wire (A29); undefined where
   * the session has gone meanwhile, for what belongs inside the seal never leaves it.
   */
  #numberAndPack(waiting: Waiting): Uint8Array | undefined {
    const { request } = waiting;
    const sequence = this.#takeSequence();
    const version = this.#version.current;
    Object.assign(waiting, { sequence, version });
    const packet = encodePacket(headerOf(request, sequence, version), encodeMap(request.data));
    if (!request.sealed) return packet;
    if (this.#seal === undefined) return undefined;
    const { n, c } = this.#seal.seal(packet);
    return encodePacket(sealedHeader(sequence, version), encodeMap({ n, c }));
  }

  #takeSequence(): number {
    let sequence = this.#nextSequence;
    while (this.#sent.some((each) => each.sequence === sequence)) sequence = (sequence + 1) % SEQUENCES;
    this.#nextSequence = (sequence + 1) % SEQUENCES;
    return sequence;
  }

  #onPacket(packet: Uint8Array): void {
    const stranger = this.#take(packet);
    if (stranger !== undefined) this.#strangers[stranger] = (this.#strangers[stranger] ?? 0) + 1;
  }

  #take(packet: Uint8Array): StrangerReason | undefined {
    const header = decodeHeader(packet);
    if (header === undefined) return 'malformed';
    const waiting = this.#sent.find((each) => each.sequence === header.sequence);
    if (waiting === undefined || !answers(header, outerOf(waiting))) return 'unmatched';
    if (waiting.request.sealed) return this.#takeSealed(waiting, packet);
    this.#settle(waiting, packet);
    return undefined;
  }

  #takeSealed(waiting: Waiting, packet: Uint8Array): StrangerReason | undefined {
    const outer = decodeOrUndefined(packetData(packet));
    if (outer === undefined) return 'malformed';
    if (outer.n === undefined && outer.c === undefined) return this.#takeUnsealed(waiting, outer);
    if (typeof outer.n !== 'number' || !(outer.c instanceof Uint8Array)) return 'malformed';
    const inner = this.#seal?.open(outer.n, outer.c);
    const header = inner && decodeHeader(inner);
    if (inner === undefined || header === undefined) return 'unauthentic';
    if (!answers(header, headerOf(waiting.request, waiting.sequence, waiting.version))) return 'unmatched';
    this.#settle(waiting, inner);
    return undefined;
  }

  /** Outside the seal only `no_session` means something; all else is as good as silence (A31). */
  #takeUnsealed(waiting: Waiting, outer: CborMap): StrangerReason | undefined {
    const refusal = refusalIn(outer, Group.commissioning);
    const error = typeof refusal === 'object' ? this.#refusal(refusal, waiting.request) : undefined;
    if (!error?.isCommissioning(CommissioningError.noSession)) return 'unsealed';
    this.#remove(waiting);
    waiting.reject(error);
    return undefined;
  }

  #settle(waiting: Waiting, packet: Uint8Array): void {
    this.#lastAnsweredTicks = this.#clock.ticks();
    const data = decodeOrUndefined(packetData(packet));
    const refusal = data === undefined ? 'malformed' : refusalIn(data, waiting.request.group);
    this.#version.answered(waiting.version, refusal === 'malformed' ? undefined : refusal);
    this.#remove(waiting);
    if (waiting.abandoned) return;
    if (data === undefined || refusal === 'malformed') {
      waiting.reject(this.#error('device.bad_response', waiting.request));
    } else if (refusal === undefined) waiting.resolve(data);
    else waiting.reject(this.#refusal(refusal, waiting.request));
  }

  #abandon(waiting: Waiting, error: CodedError): void {
    const queued = this.#queue.indexOf(waiting);
    if (queued >= 0) this.#queue.splice(queued, 1);
    waiting.abandoned = true;
    waiting.reject(error);
  }

  #remove(waiting: Waiting): void {
    const at = this.#sent.indexOf(waiting);
    if (at < 0) return;
    this.#sent.splice(at, 1);
    waiting.stopListening();
    this.#timeHead();
    this.#pump();
  }

  /** A device works at one request at a time (A8): only the oldest one's time runs. */
  #timeHead(): void {
    const head = this.#sent[0];
    if (head === this.#timed) return;
    this.#cancelTimer();
    this.#timed = head;
    if (head === undefined) return;
    this.#cancelTimer = this.#clock.setTimer(() => {
      this.#version.silent(head.request.op);
      this.#remove(head);
      head.reject(this.#error('device.timeout', head.request));
    }, head.request.answerWithinMs + GRACE_MS);
  }

  #end(problem: CodedError): void {
    if (this.#ended !== undefined) return;
    this.#ended = problem;
    this.#cancelTimer();
    for (const stop of this.#stopListening) stop();
    for (const waiting of [...this.#sent.splice(0), ...this.#queue.splice(0)]) {
      waiting.stopListening();
      waiting.reject(problem);
    }
  }

  #refusal(refusal: RefusalNumbers, request: SmpRequest): SmpRefusal {
    return new SmpRefusal(refusal.group, refusal.rc, request.name, this.channel.label);
  }

  #error(
    code: 'device.timeout' | 'device.bad_response' | 'device.too_large' | 'device.access_denied',
    request: SmpRequest,
  ): CodedError {
    return new CodedError(code, { command: request.name, device: this.channel.label });
  }
}

function headerOf(request: SmpRequest, sequence: number, version: number): Omit<SmpHeader, 'length'> {
  return {
    op: Op[request.op],
    version,
    group: request.group,
    sequence,
    command: request.command,
  };
}

/** The outer op is always write, whatever the inner one is (A30). */
function sealedHeader(sequence: number, version: number): Omit<SmpHeader, 'length'> {
  return {
    op: Op.write,
    version,
    group: Group.commissioning,
    sequence,
    command: CommissioningCommand.sealed,
  };
}

function outerOf({ request, sequence, version }: Waiting): Omit<SmpHeader, 'length'> {
  return request.sealed ? sealedHeader(sequence, version) : headerOf(request, sequence, version);
}

/** Matched by op, group, command and sequence, not by version (A2). */
function answers(response: SmpHeader, request: Omit<SmpHeader, 'length'>): boolean {
  return (
    response.op === request.op + 1 &&
    response.group === request.group &&
    response.command === request.command &&
    response.sequence === request.sequence
  );
}

function decodeOrUndefined(data: Uint8Array): CborMap | undefined {
  try {
    return decodeMap(data);
  } catch (caught) {
    if (caught instanceof CborError) return undefined;
    throw caught;
  }
}
