import { CodedError } from '../../electron/contract/errors.ts';
import { SEAL_TAG_BYTES, type SealedSession } from '../pairing/index.ts';
import {
  type CborInput,
  type Clock,
  encodeMap,
  FIRST_PACKET_BYTES,
  HEADER_BYTES,
  type PacketChannel,
  SEALED_OVERHEAD_BYTES,
  SmpClient,
  SmpRefusal,
} from '../smp/index.ts';
import type { Command } from './command.ts';
import * as commands from './commands/index.ts';

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * How long a session may be quiet before a sign of life is asked for, in milliseconds, well within the 120 s of
 * A11. On a cable nothing else tells that the far end is dead: a hub may hang, and some adapters keep their port
 * when the plug behind them is pulled. Over Bluetooth the link itself tells within seconds.
 */
export const HEARTBEAT_MS = { usb: 10_000, bluetooth: 90_000 } as const;
/** So many signs of life may be missed, one after the other, before the device counts as gone. */
export const HEARTBEATS_MISSED = 2;

/** How often a usual read is asked before the device counts as silent; reads may be repeated (A9). */
const READ_TRIES = 3;
/** A read that may take longer than this is not asked again by itself, in milliseconds. */
const QUICK_MS = 2_000;

/**
 * Anybody who speaks SMP, version 1 or 2: a hub or lock as well as a stranger's Zephyr or Mynewt board. Owns the
 * channel. Speaks in the open until it is given a session.
 */
export class SmpServer {
  readonly channel: PacketChannel;
  readonly #client: SmpClient;
  readonly #clock: Clock;
  readonly #closes = new Set<(problem: CodedError) => void>();
  #parameters: commands.Parameters = { bufSize: FIRST_PACKET_BYTES, bufCount: 1 };
  #session: SealedSession | undefined;
  #cancelHeartbeat: () => void = () => {};
  #stopListening: () => void;

  constructor(channel: PacketChannel, options: { readonly clock: Clock }) {
    this.channel = channel;
    this.#clock = options.clock;
    this.#client = new SmpClient(channel, options);
    this.#stopListening = channel.onClose((problem) => this.#lost(problem));
  }

  /** What it can take at once; until it was asked, what every server can (A7). */
  get parameters(): commands.Parameters {
    return this.#parameters;
  }

  /** Whether this connection has a session. */
  get sealed(): boolean {
    return this.#session !== undefined;
  }

  /** Packets thrown away on this connection, by reason; for diagnostics. */
  get discarded(): Record<string, number> {
    return { ...this.channel.discarded(), ...this.#client.strangers };
  }

  /** Told once when the connection breaks, or when the device has gone silent. Returns the removal. */
  onClose(listener: (problem: CodedError) => void): () => void {
    this.#closes.add(listener);
    return () => this.#closes.delete(listener);
  }

  /** Runs any command; inside the seal where there is a session. */
  run<Request, Response>(
    command: Command<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    return this.#ask(command, request, this.sealed, options.signal);
  }

  /** Runs a command in the open, session or not: pairing is never sealed (A27). */
  runOpen<Request, Response>(
    command: Command<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    return this.#ask(command, request, false, options.signal);
  }

  echo(text: string, options?: CallOptions): Promise<{ r: string }> {
    return this.run(commands.echo, { d: text }, options);
  }

  /** What it says of its software; `format` is MCUmgr's, `a` for all of it. */
  applicationInfo(options: CallOptions & { readonly format?: string } = {}): Promise<{ output: string }> {
    const { format } = options;
    return this.run(commands.readApplicationInfo, format === undefined ? {} : { format }, options);
  }

  /** What a commissioning device says it is; others do not know the question. Only from inside the seal a fact (A34). */
  identity(options?: CallOptions): Promise<commands.Identity> {
    return this.run(commands.readIdentity, {}, options);
  }

  /** Restarts it: the session ends, an armed failsafe rolls back (A13). */
  async reset(options?: CallOptions): Promise<void> {
    await this.run(commands.reset, {}, options);
  }

  /** Firmware per slot (A14). */
  async images(options?: CallOptions): Promise<commands.ImageSlot[]> {
    return (await this.run(commands.readImages, {}, options)).images;
  }

  /** Marks an image to be tried at the next restart, by its hash in the image state (A14). */
  async tryImage(hash: Uint8Array, options?: CallOptions): Promise<void> {
    await this.run(commands.writeImages, { hash, confirm: false }, options);
  }

  /** Keeps the image that runs (A14). */
  async keepImage(options?: CallOptions): Promise<void> {
    await this.run(commands.writeImages, { confirm: true }, options);
  }

  /**
   * Asks how much it takes at once, and keeps to it. A server that does not know the question keeps the least.
   * Gives what it said, or undefined where it refused.
   */
  async askParameters(options?: CallOptions): Promise<commands.Parameters | undefined> {
    try {
      const parameters = await this.run(commands.readServerParameters, {}, options);
      this.setParameters(parameters);
      return parameters;
    } catch (caught) {
      if (caught instanceof SmpRefusal) return undefined;
      throw caught;
    }
  }

  /** Sizes and numbers what follows by what the device takes at once (A7). */
  setParameters(parameters: commands.Parameters): void {
    this.#parameters = parameters;
    this.#client.setParameters(parameters);
  }

  /**
   * How many bytes `key` may hold in the next request whose body has `others` beside it: the packet on the wire
   * then fills the device's buffer (A7), and over Bluetooth whole fragments (A10).
   */
  roomFor(others: CborInput, key: string): number {
    const { bufSize } = this.#parameters;
    const { fragmentBytes } = this.channel;
    const isCut = fragmentBytes !== undefined && fragmentBytes <= bufSize;
    const wireBytes = isCut ? bufSize - (bufSize % fragmentBytes) : bufSize;
    const session = this.#session;
    let packetBytes = wireBytes;
    if (session !== undefined) {
      // The highest counter it can get: whatever waits goes first.
      const n = session.sent + this.#client.unanswered + 1;
      const envelope = fitting(wireBytes, (bytes) => bodyBytes({ n, c: new Uint8Array(bytes) }));
      packetBytes = Math.min(envelope - SEAL_TAG_BYTES, bufSize - SEALED_OVERHEAD_BYTES);
    }
    return fitting(packetBytes, (bytes) => bodyBytes({ ...others, [key]: new Uint8Array(bytes) }));
  }

  /** Seals what follows, and watches that the device stays alive; undefined forgets the session. */
  sealWith(session: SealedSession | undefined): void {
    this.#session = session;
    this.#client.sealWith(session);
    this.#cancelHeartbeat();
    if (session !== undefined) this.#heartbeatIn(HEARTBEAT_MS[this.channel.transport], 0);
  }

  /** Closes the channel; a session dies with it. An armed failsafe is left to its own timer. */
  async close(): Promise<void> {
    this.sealWith(undefined);
    this.#stopListening();
    await this.#client.close();
  }

  #lost(problem: CodedError): void {
    this.#cancelHeartbeat();
    for (const listener of [...this.#closes]) listener(problem);
  }

  #heartbeatIn(afterMs: number, missed: number): void {
    this.#cancelHeartbeat = this.#clock.setTimer(() => this.#heartbeat(missed), afterMs);
  }

  /**
   * Asks for a sign of life where it has been quiet. A device that has a request in hand is busy, not gone: that
   * request has its own limit (A8, A9).
   */
  #heartbeat(missed: number): void {
    const every = HEARTBEAT_MS[this.channel.transport];
    const quietMs = this.#clock.ticks() - this.#client.lastAnsweredTicks;
    if (this.#client.unanswered > 0) this.#heartbeatIn(every, 0);
    else if (quietMs < every) this.#heartbeatIn(every - quietMs, 0);
    else this.#askForLife(every, missed);
  }

  #askForLife(every: number, missed: number): void {
    const session = this.#session;
    this.echo('').then(
      () => this.#session === session && this.#heartbeatIn(every, 0),
      (caught: unknown) => {
        if (this.#session !== session || this.channel.closed) return;
        const silent = caught instanceof CodedError && caught.code === 'device.timeout';
        // Another failure says nothing of the line: whoever asks next learns it.
        if (!silent) this.#heartbeatIn(every, 0);
        else if (missed + 1 < HEARTBEATS_MISSED) this.#heartbeat(missed + 1);
        else this.#giveUp();
      },
    );
  }

  #giveUp(): void {
    const problem = new CodedError('device.gone_silent', { device: this.channel.label });
    this.#stopListening();
    this.sealWith(undefined);
    this.#client.close(problem).catch(() => {});
    this.#lost(problem);
  }

  async #ask<Request, Response>(
    command: Command<Request, Response>,
    request: Request,
    sealed: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const { name, op, group, answerWithinMs } = command;
    const data = command.encode(request);
    const tries = op === 'read' && answerWithinMs <= QUICK_MS ? READ_TRIES : 1;
    for (let tried = 1; ; tried++) {
      try {
        const smpRequest = { name, op, group, command: command.command, data, answerWithinMs, sealed };
        return command.parse(await this.#client.request(smpRequest, signal));
      } catch (caught) {
        if (tried >= tries || !mayBeAskedAgain(caught)) throw caught;
      }
    }
  }
}

/** Silence may be a lost packet; a refused version has become the other one meanwhile (A1, A9). */
function mayBeAskedAgain(caught: unknown): boolean {
  return (
    caught instanceof CodedError && (caught.code === 'device.timeout' || caught.code === 'device.version')
  );
}

/** Bytes of a packet with this body. */
function bodyBytes(body: CborInput): number {
  return HEADER_BYTES + encodeMap(body).length;
}

/** The most bytes with which something keeps to a limit, given what it takes with so many; 0 where nothing fits. */
function fitting(limit: number, sizeWith: (bytes: number) => number): number {
  let bytes = limit;
  for (let over = sizeWith(bytes) - limit; over > 0 && bytes > 0; over = sizeWith(bytes) - limit) {
    bytes = Math.max(0, bytes - over);
  }
  return bytes;
}
