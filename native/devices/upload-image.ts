import { CodedError } from '../../electron/contract/errors.ts';
import { IMAGE_HEADER_BYTES } from '../firmware/mcuboot-image.ts';
import { abortError, SmpRefusal } from '../smp/index.ts';
import { type ImageChunk, writeChunk, writeEdgeChunk } from './commands/index.ts';
import type { SmpServer } from './smp-server.ts';

/** What an upload needs. */
export interface UploadOptions {
  readonly server: SmpServer;
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`: by it the device knows an upload that was interrupted (A14). */
  readonly sha: Uint8Array;
  readonly signal: AbortSignal;
  /** Told after each answer: bytes that the device has. */
  readonly onProgress?: ((sent: number) => void) | undefined;
}

/** How an upload went. */
export interface Uploaded {
  /** Where the device wanted to go on: what it had from an earlier upload, in bytes. */
  readonly resumedAt: number;
  /** Bytes of the image that were sent, those of a lost answer twice. */
  readonly sentBytes: number;
}

/** So often in a row the device may answer, or fail to, without having taken anything. */
const TRIES = 5;

/**
 * Sends an image to the slot that is not running. Keeps as many requests under way as the device takes at once
 * (A7), each as large as its buffer, and over Bluetooth cut to whole fragments. Goes on where the device says, so
 * that after a lost link or a restart of this program nothing is sent again that it has (A14): a piece whose
 * answer was lost is safe to send again, for a device takes only the one that follows.
 * @throws CodedError `firmware.hash_refused`, `firmware.stalled`, `firmware.too_large_for_device`, what the way
 * and the device give; the signal's own where it aborts
 */
export async function uploadImage(options: UploadOptions): Promise<Uploaded> {
  return new Upload(options).run();
}

interface Piece {
  readonly end: number;
  readonly answer: Promise<{ off: number; match?: boolean | undefined }>;
}

class Upload {
  readonly #options: UploadOptions;
  #sentBytes = 0;
  #idle = 0;

  constructor(options: UploadOptions) {
    this.#options = options;
  }

  async run(): Promise<Uploaded> {
    const { bytes, onProgress } = this.#options;
    const first = await this.#announce();
    let off = first.off;
    let { match } = first;
    onProgress?.(off);
    while (off < bytes.length) {
      const next = await this.#sendFrom(off);
      this.#idle = next.off > off ? 0 : this.#idle + 1;
      if (this.#idle >= TRIES) throw this.#problem('firmware.stalled');
      ({ off, match } = next);
    }
    if (match === false) throw this.#problem('firmware.hash_refused');
    return { resumedAt: first.off, sentBytes: this.#sentBytes };
  }

  /** The header alone: the device answers where it wants to go on, and little was sent in vain. */
  async #announce(): Promise<{ off: number; match?: boolean | undefined }> {
    const { server, bytes, sha, signal } = this.#options;
    const data = bytes.subarray(0, IMAGE_HEADER_BYTES);
    for (;;) {
      if (signal.aborted) throw abortError(signal);
      this.#sentBytes += data.length;
      try {
        return this.#checked(
          await server.run(writeEdgeChunk, { len: bytes.length, off: 0, sha, data }, { signal }),
        );
      } catch (caught) {
        if (caught instanceof SmpRefusal && caught.code === 'device.too_large')
          throw this.#problem('firmware.too_large_for_device');
        if (!isSilence(caught) || ++this.#idle >= TRIES) throw caught;
      }
    }
  }

  /**
   * Sends pieces from `off` on as long as each answer is the one that was expected. On the first other one it
   * waits for what is under way, and gives the last answer: there the device wants to go on.
   */
  async #sendFrom(off: number): Promise<{ off: number; match?: boolean | undefined }> {
    const { bytes, server, onProgress } = this.#options;
    const underWay: Piece[] = [];
    let next = off;
    let last: { off: number; match?: boolean | undefined } = { off };
    let isStraight = true;
    const fill = () => {
      while (isStraight && next < bytes.length && underWay.length < server.parameters.bufCount) {
        const piece = this.#send(next);
        underWay.push(piece);
        next = piece.end;
      }
    };
    for (fill(); underWay.length > 0; fill()) {
      const piece = underWay.shift() as Piece;
      try {
        const answer = this.#checked(await piece.answer);
        last = answer;
        onProgress?.(answer.off);
        if (answer.off !== piece.end) isStraight = false;
      } catch (caught) {
        isStraight = false;
        if (isSilence(caught)) continue;
        // The others end with the same, or are answered for nobody.
        await Promise.allSettled(underWay.map(({ answer }) => answer));
        throw caught;
      }
    }
    return last;
  }

  #send(off: number): Piece {
    const { server, bytes, signal } = this.#options;
    const data = bytes.subarray(off, off + server.roomFor({ off }, 'data'));
    const end = off + data.length;
    const chunk: ImageChunk = { off, data };
    this.#sentBytes += data.length;
    const command = end === bytes.length ? writeEdgeChunk : writeChunk;
    const answer = server.run(command, chunk, { signal });
    // It is awaited in its turn; until then its failure is nobody's surprise.
    answer.catch(() => {});
    return { end, answer };
  }

  /** An answer beyond the image is nonsense. */
  #checked<Answer extends { off: number }>(answer: Answer): Answer {
    if (answer.off > this.#options.bytes.length) {
      throw new CodedError('device.bad_response', { command: writeChunk.name });
    }
    return answer;
  }

  #problem(code: 'firmware.hash_refused' | 'firmware.stalled' | 'firmware.too_large_for_device'): CodedError {
    return new CodedError(code, { device: this.#options.server.channel.label });
  }
}

function isSilence(caught: unknown): boolean {
  return caught instanceof CodedError && caught.code === 'device.timeout';
}
