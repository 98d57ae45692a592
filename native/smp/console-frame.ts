import { crc16 } from './crc16.ts';

/** Why the receiver threw bytes away (A5). */
export type ConsoleDiscardReason =
  | 'line_too_long'
  | 'bad_base64'
  | 'too_many_bytes'
  | 'bad_length'
  | 'wrong_crc'
  | 'interrupted'
  | 'no_beginning'
  | 'unfinished';

/** What a console receiver is made of. */
export interface ConsoleReceiverOptions {
  /** Largest SMP packet accepted, in bytes with header (A7). */
  maxPacketBytes: number;
  onPacket(packet: Uint8Array): void;
  /** Text that stood between or before frames: at most {@link MAX_TEXT_BYTES} at a time, without line ends. */
  onText?(text: string): void;
  /** `bytes` are those of the packet so far, or of the line where no packet had begun. */
  onDiscarded?(reason: ConsoleDiscardReason, bytes: number): void;
  /** Milliseconds on a clock that only rises. */
  now(): number;
}

/** A line's whole length with its two marker bytes and its newline (A4). */
export const MAX_LINE_BYTES = 127;
/** Longest piece of text handed on at once, in bytes. */
export const MAX_TEXT_BYTES = 256;
/** An unfinished packet is dropped this long after it began, in milliseconds (A5). */
export const UNFINISHED_MS = 5000;

const BASE64_PER_LINE = 124;
const BYTES_PER_LINE = (BASE64_PER_LINE / 4) * 3;
const LENGTH_BYTES = 2;
const CRC_BYTES = 2;
/** A header alone with its CRC: the least that `length` may announce (A5). */
const MIN_ANNOUNCED_BYTES = 10;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const FIRST = [0x06, 0x09] as const;
const NEXT = [0x04, 0x14] as const;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The console lines that carry one SMP packet (A4). */
export function encodeConsoleFrame(packet: Uint8Array): Uint8Array {
  const body = Buffer.alloc(LENGTH_BYTES + packet.length + CRC_BYTES);
  body.writeUInt16BE(packet.length + CRC_BYTES, 0);
  body.set(packet, LENGTH_BYTES);
  body.writeUInt16BE(crc16(packet), LENGTH_BYTES + packet.length);
  const lines: Buffer[] = [];
  for (let start = 0; start < body.length; start += BYTES_PER_LINE) {
    lines.push(Buffer.from(start === 0 ? FIRST : NEXT));
    lines.push(Buffer.from(body.toString('base64', start, start + BYTES_PER_LINE), 'latin1'));
    lines.push(Buffer.from([NEWLINE]));
  }
  return Buffer.concat(lines);
}

/** A packet of which some lines have come. */
interface Unfinished {
  readonly beganMs: number;
  readonly parts: Buffer[];
  /** Decoded bytes so far, `length` field included. */
  bytes: number;
  /** What `length` says, once its two bytes are here. */
  announced: number | undefined;
}

/**
 * Finds SMP packets on a console that also prints text (A4, A5). Takes any split of the stream; time is
 * linear in the bytes, memory bounded by one packet, one line and one piece of text.
 */
export class ConsoleReceiver {
  readonly #options: ConsoleReceiverOptions;
  readonly #counters: Record<string, number> = {};
  #maxPacketBytes: number;
  /** Text of this line before its last marker. */
  #text: number[] = [];
  /** The line from its last marker on, marker included; undefined while there is none. */
  #line: { bytes: number[]; length: number; beganMs: number } | undefined;
  #previousByte = -1;
  #packet: Unfinished | undefined;

  constructor(options: ConsoleReceiverOptions) {
    this.#options = options;
    this.#maxPacketBytes = options.maxPacketBytes;
  }

  /** How often something was discarded, by reason. */
  get counters(): Readonly<Record<string, number>> {
    return this.#counters;
  }

  /** Largest SMP packet accepted from now on, in bytes with header. */
  set maxPacketBytes(bytes: number) {
    this.#maxPacketBytes = bytes;
  }

  get maxPacketBytes(): number {
    return this.#maxPacketBytes;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    this.#dropIfUnfinishedTooLong();
    for (const byte of chunk) this.#take(byte);
  }

  #take(byte: number): void {
    if (byte === NEWLINE) {
      this.#endLine();
      this.#previousByte = -1;
      return;
    }
    const isMarker =
      (this.#previousByte === FIRST[0] && byte === FIRST[1]) ||
      (this.#previousByte === NEXT[0] && byte === NEXT[1]);
    this.#append(byte);
    if (isMarker) this.#beginAtMarker([this.#previousByte, byte]);
    this.#previousByte = byte;
  }

  #append(byte: number): void {
    if (this.#line === undefined) {
      this.#text.push(byte);
      if (this.#text.length >= MAX_TEXT_BYTES) this.#flushText();
      return;
    }
    this.#line.length += 1;
    // One byte more than a full line without its newline, for the 0d that does not count.
    if (this.#line.bytes.length < MAX_LINE_BYTES) this.#line.bytes.push(byte);
  }

  /** The last marker in a line begins the frame; what stands before it is text (A5). */
  #beginAtMarker(marker: readonly [number, number]): void {
    const before = this.#line?.bytes ?? this.#text;
    this.#text = before.slice(0, Math.max(0, before.length - marker.length));
    this.#flushText();
    this.#line = { bytes: [...marker], length: marker.length, beganMs: this.#options.now() };
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = undefined;
    if (line === undefined) {
      this.#flushText();
      return;
    }
    if (line.bytes.length === line.length && line.bytes.at(-1) === RETURN) {
      line.bytes.pop();
      line.length -= 1;
    }
    this.#takeLine(line.bytes, line.length, line.beganMs);
  }

  #takeLine(bytes: readonly number[], length: number, beganMs: number): void {
    this.#dropIfUnfinishedTooLong();
    if (bytes[0] === FIRST[0]) {
      if (this.#packet !== undefined) this.#drop('interrupted', this.#packet.bytes);
      this.#packet = { beganMs, parts: [], bytes: 0, announced: undefined };
      if (this.#dropIfUnfinishedTooLong()) return;
    }
    if (this.#packet === undefined) {
      this.#drop('no_beginning', length);
      return;
    }
    if (length > MAX_LINE_BYTES - 1) {
      this.#drop('line_too_long', this.#packet.bytes + length);
      return;
    }
    const text = Buffer.from(bytes.slice(FIRST.length)).toString('latin1');
    if (!BASE64.test(text)) {
      this.#drop('bad_base64', this.#packet.bytes + length);
      return;
    }
    this.#addToPacket(this.#packet, Buffer.from(text, 'base64'), text.endsWith('='));
  }

  #addToPacket(packet: Unfinished, decoded: Buffer, padded: boolean): void {
    packet.parts.push(decoded);
    packet.bytes += decoded.length;
    if (packet.announced === undefined && packet.bytes >= LENGTH_BYTES) {
      packet.announced = Buffer.concat(packet.parts).readUInt16BE(0);
      const most = this.#maxPacketBytes + CRC_BYTES;
      if (packet.announced < MIN_ANNOUNCED_BYTES || packet.announced > most) {
        this.#drop('bad_length', packet.bytes);
        return;
      }
    }
    const whole = packet.announced === undefined ? Number.POSITIVE_INFINITY : packet.announced + LENGTH_BYTES;
    if (packet.bytes > whole) this.#drop('too_many_bytes', packet.bytes);
    else if (packet.bytes === whole) this.#finish(packet);
    else if (padded) this.#drop('bad_base64', packet.bytes); // only the last line is padded (A4)
  }

  #finish(packet: Unfinished): void {
    const body = Buffer.concat(packet.parts);
    const content = body.subarray(LENGTH_BYTES, body.length - CRC_BYTES);
    if (crc16(content) !== body.readUInt16BE(body.length - CRC_BYTES)) {
      this.#drop('wrong_crc', packet.bytes);
      return;
    }
    this.#packet = undefined;
    this.#options.onPacket(new Uint8Array(content));
  }

  #dropIfUnfinishedTooLong(): boolean {
    const packet = this.#packet;
    if (packet === undefined || this.#options.now() - packet.beganMs <= UNFINISHED_MS) return false;
    this.#drop('unfinished', packet.bytes);
    return true;
  }

  #drop(reason: ConsoleDiscardReason, bytes: number): void {
    this.#packet = undefined;
    this.#counters[reason] = (this.#counters[reason] ?? 0) + 1;
    this.#options.onDiscarded?.(reason, bytes);
  }

  #flushText(): void {
    const text = Buffer.from(this.#text).toString('utf8').replaceAll('\r', '');
    this.#text = [];
    if (text !== '') this.#options.onText?.(text);
  }
}
