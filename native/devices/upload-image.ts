import { CodedError } from '../../electron/contract/errors.ts';
import { IMAGE_HEADER_BYTES } from '../firmware/mcuboot-image.ts';
import { abortError, SmpRefusal } from '../smp/index.ts';
import { type ImageChunk, writeChunk, writeEdgeChunk } from './commands/index.ts';
import type { SmpServer } from './smp-server.ts';

/** What an upload needs. */
export interface UploadOptions {
  /** A paired device's server, or a stranger's in the open. */
  readonly server: SmpServer;
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`: by it the device knows an upload that was interrupted (A14). */
  readonly sha: Uint8Array;
  /** What the device will call the image, where that is known: tells an upload that ended with a lost answer. */
  readonly hash?: Uint8Array | undefined;
  readonly signal: AbortSignal;
  /** Told after each answer that brought something: bytes that the device has. */
  readonly onProgress?: ((sent: number) => void) | undefined;
}

/** How an upload went. */
export interface Uploaded {
  /** What the device had already when it began, in bytes. */
  readonly resumedAt: number;
  /** Bytes of the image that were sent, those included that were lost on the way. */
  readonly sentBytes: number;
}

/**
 * So often in a row a request may be lost, or the device ask for something it had, without one byte of progress.
 * Each costs at most the time limit of one request.
 */
export const STALLS_ALLOWED = 5;
/**
 * Older servers write whole flash words and answer a smaller `off` where a chunk ends within one; every chunk in
 * flight behind it would then be lost. No flash in use has longer words, in bytes.
 */
const FLASH_WORD_BYTES = 16;
/** Requests in flight at most: more fill no line, and what is in flight goes on after a cancel. */
const MOST_IN_FLIGHT = 16;

/** Where the device wants to go on, and, after the last byte, whether the whole is what was announced (A14). */
interface Answer {
  readonly off: number;
  readonly match?: boolean | undefined;
}

/** What came of one request in flight. */
type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly expected: number }
  | { readonly kind: 'lost'; readonly wasLast: boolean }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * Uploads an image and goes on wherever the device says: after a lost packet, a restart, another connection. As
 * many requests are in flight as the device takes (A7), each as large as it takes and the way carries well.
 * @throws CodedError `firmware.stalled`, `firmware.hash_refused`, `firmware.too_large_for_device`,
 * `device.bad_response`, what device and way give; the signal's own where it aborts
 */
export async function uploadImage(options: UploadOptions): Promise<Uploaded> {
  return new Upload(options).run();
}

class Upload {
  readonly #options: UploadOptions;
  /** Where the device is, as far as it told. */
  #at = 0;
  #highest = 0;
  #stalls = 0;
  #sentBytes = 0;
  #match: boolean | undefined;

  constructor(options: UploadOptions) {
    this.#options = options;
  }

  async run(): Promise<Uploaded> {
    const { bytes } = this.#options;
    await this.#askWhereItIs();
    const resumedAt = this.#at <= IMAGE_HEADER_BYTES ? 0 : this.#at;
    while (this.#at < bytes.length) {
      const end = await this.#stream();
      // Who lost it all is told again what the whole is.
      if (end === 'known' && this.#at > 0) continue;
      // What ends with a lost answer may be over: then asking for the offset would begin anew.
      if (end === 'last_lost' && (await this.#isThere())) break;
      await this.#askWhereItIs();
    }
    if (this.#match === false) throw this.#problem('firmware.hash_refused');
    return { resumedAt, sentBytes: this.#sentBytes };
  }

  /**
   * The first chunk is a question, too: whoever has some of the image answers where to go on (A14). It carries no
   * more than the header: no server takes less, and hardly anything is sent in vain.
   */
  async #askWhereItIs(): Promise<void> {
    const { server, bytes, sha, signal } = this.#options;
    const data = bytes.subarray(0, IMAGE_HEADER_BYTES);
    for (;;) {
      try {
        this.#sentBytes += data.length;
        this.#took(await server.run(writeEdgeChunk, { len: bytes.length, off: 0, sha, data }, { signal }));
        return;
      } catch (caught) {
        if (caught instanceof SmpRefusal && caught.code === 'device.too_large')
          throw this.#problem('firmware.too_large_for_device');
        if (!isSilence(caught)) throw caught;
        this.#stalled();
      }
    }
  }

  /**
   * Sends from where the device is until it is through, or until something does not come as expected. Says whether
   * it is known where the device is then.
   */
  async #stream(): Promise<'known' | 'lost' | 'last_lost'> {
    const { bytes } = this.#options;
    const window = this.#window();
    const flying: Promise<Outcome>[] = [];
    let next = this.#at;
    let asExpected = true;
    let end: 'known' | 'lost' | 'last_lost' = 'known';
    for (;;) {
      while (asExpected && next < bytes.length && flying.length < window) {
        const count = this.#roomAt(next);
        flying.push(this.#send(next, count));
        next += count;
      }
      const outcome = await flying.shift();
      if (outcome === undefined) break;
      if (outcome.kind === 'failed') throw outcome.error;
      if (outcome.kind === 'lost') {
        asExpected = false;
        end = outcome.wasLast ? 'last_lost' : 'lost';
      } else {
        // What was in flight behind something lost tells where the device is, too: all of it is heard out.
        this.#took(outcome.answer);
        end = 'known';
        if (outcome.answer.off !== outcome.expected) asExpected = false;
      }
    }
    if (!asExpected) this.#stalled();
    return end;
  }

  async #send(off: number, count: number): Promise<Outcome> {
    const { server, bytes, signal } = this.#options;
    const expected = off + count;
    const wasLast = expected === bytes.length;
    const command = wasLast ? writeEdgeChunk : writeChunk;
    const chunk: ImageChunk = { off, data: bytes.subarray(off, expected) };
    this.#sentBytes += count;
    try {
      const answer = await server.run(command, chunk, { signal });
      return { kind: 'answered', answer, expected };
    } catch (error) {
      return isSilence(error) || knowsNoUpload(error) ? { kind: 'lost', wasLast } : { kind: 'failed', error };
    }
  }

  /** How many bytes go into the request at `off`: as many as fit, to the end of a flash word or of the image. */
  #roomAt(off: number): number {
    const { server, bytes } = this.#options;
    const room = server.roomFor({ off }, 'data');
    if (room < 1) throw new CodedError('device.too_large', { command: writeChunk.name });
    if (off + room >= bytes.length) return bytes.length - off;
    const ragged = (off + room) % FLASH_WORD_BYTES;
    return room > ragged ? room - ragged : room;
  }

  /** In the open one buffer is left for the answer: Zephyr takes it from the same pool, and drops what has none. */
  #window(): number {
    const { sealed, parameters } = this.#options.server;
    const window = sealed ? parameters.bufCount : parameters.bufCount - 1;
    return Math.max(1, Math.min(window, MOST_IN_FLIGHT));
  }

  #took({ off, match }: Answer): void {
    const { bytes, onProgress } = this.#options;
    if (off > bytes.length) throw new CodedError('device.bad_response', { command: writeChunk.name });
    this.#at = off;
    this.#match = match ?? this.#match;
    if (off <= this.#highest) return;
    this.#highest = off;
    this.#stalls = 0;
    onProgress?.(off);
  }

  /** One more try without progress; the device may go back, but not for ever. */
  #stalled(): void {
    const { signal } = this.#options;
    if (signal.aborted) throw abortError(signal);
    this.#stalls += 1;
    if (this.#stalls > STALLS_ALLOWED) throw this.#problem('firmware.stalled');
  }

  #problem(code: 'firmware.hash_refused' | 'firmware.stalled' | 'firmware.too_large_for_device'): CodedError {
    return new CodedError(code, { device: this.#options.server.channel.label });
  }

  async #isThere(): Promise<boolean> {
    const { server, hash, signal } = this.#options;
    if (hash === undefined) return false;
    const images = await server.images({ signal });
    return images.some((slot) => slot.hash !== undefined && Buffer.from(slot.hash).equals(hash));
  }
}

/** A board that restarted in the middle may call a chunk without its beginning invalid. */
function knowsNoUpload(caught: unknown): boolean {
  return caught instanceof CodedError && caught.code === 'device.invalid_request';
}

function isSilence(caught: unknown): boolean {
  return caught instanceof CodedError && caught.code === 'device.timeout';
}
