import { createHash } from 'node:crypto';
import { decode, encode } from 'cborg';

/**
 * A stranger's board: an SMP server written from Zephyr's "SMP Protocol Specification", "SMP Transport
 * Specification" and group pages alone. It shares no line with the app: framing, CRC and bodies are its own.
 */

/** What kind of server it is. */
export interface StrangerOptions {
  /** 1: header version 0 and `{"rc"}` errors, as Mynewt and Zephyr before 3.5. 2: `{"err"}` errors. */
  readonly version: 1 | 2;
  /** Largest packet with header; what is longer is lost, as in a buffer that is too small. */
  readonly bufSize: number;
  /** Whether OS 6 is known. Mynewt does not have it. */
  readonly tellsParameters: boolean;
  /** Whether bodies are maps of indefinite length, as zcbor and TinyCBOR write them. */
  readonly indefinite: boolean;
  /** What it prints on its console now and then. */
  readonly chatter?: string;
}

/** Numbers of the specification. */
const RC_NOT_SUPPORTED = 8;
const RC_INVALID = 3;
const IMAGE_GROUP = 1;
const IMAGE_ERR_NO_IMAGE = 2;
const LINE = 124;

interface Image {
  readonly slot: number;
  readonly version: string;
  readonly hash: Uint8Array;
  pending: boolean;
  confirmed: boolean;
  readonly active: boolean;
}

/** The board: give it what arrives on its port, and it writes its answers. */
export class SmpStranger {
  readonly #options: StrangerOptions;
  readonly #write: (bytes: Uint8Array | string) => void;
  #line = Buffer.alloc(0);
  #frame = '';
  #upload: { off: number; len: number; sha: string; bytes: Buffer } | undefined;
  readonly images: Image[] = [
    {
      slot: 0,
      version: '1.2.3',
      hash: createHash('sha256').update('running').digest(),
      pending: false,
      confirmed: true,
      active: true,
    },
  ];
  /** Whole packets that were too long for the buffer. */
  tooLong = 0;
  /** Lines longer than the specification allows. */
  longLines = 0;
  resets = 0;
  /** Bytes of image data that came in requests. */
  imageBytes = 0;
  /** Told of each piece of an upload. */
  onPiece: (off: number) => void = () => {};
  /** Answers no upload request after so many more; undefined: all. */
  answersLeft: number | undefined;

  constructor(options: StrangerOptions, write: (bytes: Uint8Array | string) => void) {
    this.#options = options;
    this.#write = write;
  }

  /** The file that was uploaded whole last. */
  get uploaded(): Buffer | undefined {
    return this.#upload !== undefined && this.#upload.off === this.#upload.len
      ? this.#upload.bytes
      : undefined;
  }

  push(bytes: Uint8Array): void {
    this.#line = Buffer.concat([this.#line, bytes]);
    for (let end = this.#line.indexOf(10); end >= 0; end = this.#line.indexOf(10)) {
      this.#takeLine(this.#line.subarray(0, end + 1));
      this.#line = this.#line.subarray(end + 1);
    }
  }

  #takeLine(line: Buffer): void {
    if (line.length > 127) this.longLines += 1;
    const marker = line.readUInt16BE(0);
    if (marker === 0x0609) this.#frame = '';
    else if (marker !== 0x0414) return;
    this.#frame += line.subarray(2, -1).toString('latin1');
    const body = Buffer.from(this.#frame, 'base64');
    if (body.length < 2 || body.length < 2 + body.readUInt16BE(0)) return;
    const packet = body.subarray(2, body.length - 2);
    if (crc(packet) !== body.readUInt16BE(body.length - 2)) return;
    if (packet.length > this.#options.bufSize) {
      this.tooLong += 1;
      return;
    }
    this.#answer(packet);
  }

  #answer(packet: Buffer): void {
    const op = packet.readUInt8(0) & 7;
    const group = packet.readUInt16BE(4);
    const command = packet.readUInt8(7);
    const body = this.#handle(op, group, command, decode(packet.subarray(8)) as Record<string, unknown>);
    if (body === undefined) return;
    const data = this.#options.indefinite ? indefinite(body) : Buffer.from(encode(body));
    const header = Buffer.alloc(8);
    header.writeUInt8(((this.#options.version - 1) << 3) | (op + 1), 0);
    header.writeUInt16BE(data.length, 2);
    header.writeUInt16BE(group, 4);
    header.writeUInt8(packet.readUInt8(6), 6);
    header.writeUInt8(command, 7);
    if (this.#options.chatter !== undefined) this.#write(this.#options.chatter);
    this.#write(frame(Buffer.concat([header, data])));
  }

  #handle(
    op: number,
    group: number,
    command: number,
    body: Record<string, unknown>,
  ): Record<string, unknown> | undefined {
    const name = `${op === 0 ? 'read' : 'write'} ${group}.${command}`;
    switch (name) {
      case 'read 0.0':
      case 'write 0.0':
        return { r: body.d };
      case 'write 0.5':
        this.resets += 1;
        return {};
      case 'read 0.6':
        if (!this.#options.tellsParameters) return { rc: RC_NOT_SUPPORTED };
        return { buf_size: this.#options.bufSize, buf_count: 4 };
      case 'read 0.7':
        if (!this.#options.tellsParameters) return { rc: RC_NOT_SUPPORTED };
        return { output: 'Zephyr stranger 4.1.0 \u001b[2Jarm' };
      case 'read 1.0':
        return { images: this.images.map(shown), splitStatus: 0 };
      case 'write 1.0':
        return this.#mark(body);
      case 'write 1.1':
        return this.#takeChunk(body);
      default:
        return { rc: RC_NOT_SUPPORTED };
    }
  }

  #mark({ hash, confirm }: Record<string, unknown>): Record<string, unknown> {
    const image =
      hash instanceof Uint8Array
        ? this.images.find((each) => Buffer.compare(each.hash, hash) === 0)
        : this.images.find(({ active }) => active);
    if (image === undefined) return this.#error(IMAGE_GROUP, IMAGE_ERR_NO_IMAGE);
    if (confirm === true) image.confirmed = true;
    else image.pending = true;
    return { images: this.images.map(shown), splitStatus: 0 };
  }

  #takeChunk({ off, data, len, sha }: Record<string, unknown>): Record<string, unknown> | undefined {
    if (this.answersLeft === 0) return undefined;
    if (this.answersLeft !== undefined) this.answersLeft -= 1;
    if (!(data instanceof Uint8Array) || typeof off !== 'number') return { rc: RC_INVALID };
    this.imageBytes += data.length;
    this.onPiece(off);
    const named = sha instanceof Uint8Array ? Buffer.from(sha).toString('hex') : '';
    if (off === 0) {
      if (typeof len !== 'number') return { rc: RC_INVALID };
      const same = this.#upload !== undefined && named !== '' && this.#upload.sha === named;
      if (same && this.#upload !== undefined && this.#upload.off > 0) return { off: this.#upload.off };
      this.#upload = { off: 0, len, sha: named, bytes: Buffer.alloc(len) };
    }
    const upload = this.#upload;
    if (upload === undefined) return { rc: RC_INVALID };
    if (off !== upload.off) return { off: upload.off };
    upload.bytes.set(data.subarray(0, upload.len - off), off);
    upload.off = Math.min(upload.len, off + data.length);
    if (upload.off === upload.len) {
      const hash = createHash('sha256').update(upload.bytes).digest();
      this.images[1] = { slot: 1, version: '2.0.0', hash, pending: false, confirmed: false, active: false };
    }
    return { off: upload.off };
  }

  #error(group: number, rc: number): Record<string, unknown> {
    return this.#options.version === 2 ? { err: { group, rc } } : { rc: 1 };
  }
}

/** Flags that are false are left out, as MCUmgr does where it is built so. */
function shown(image: Image): Record<string, unknown> {
  const flags = Object.entries(image).filter(([, value]) => value !== false);
  return { image: 0, ...Object.fromEntries(flags), bootable: true };
}

function indefinite(map: Record<string, unknown>): Buffer {
  const parts = Object.entries(map).flatMap(([key, value]) => [encode(key), encode(value)]);
  return Buffer.concat([Buffer.from([0xbf]), ...parts, Buffer.from([0xff])]);
}

/** The lines of the transport specification: `06 09`, then `04 14`, each with base64 and a newline. */
function frame(packet: Buffer): Buffer {
  const body = Buffer.alloc(packet.length + 4);
  body.writeUInt16BE(packet.length + 2, 0);
  packet.copy(body, 2);
  body.writeUInt16BE(crc(packet), packet.length + 2);
  const text = body.toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += LINE)
    lines.push(`${at === 0 ? '\u0006\t' : '\u0004\u0014'}${text.slice(at, at + LINE)}\n`);
  return Buffer.from(lines.join(''), 'latin1');
}

/** CRC-16/XMODEM: polynomial 0x1021, beginning with 0. */
function crc(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) value = value & 0x8000 ? (value << 1) ^ 0x1021 : value << 1;
    value &= 0xffff;
  }
  return value;
}
