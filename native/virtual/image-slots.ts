import { createHash } from 'node:crypto';
import { beginsAsImage, readFirmwareImage } from '../firmware/mcuboot-image.ts';
import type { Flash, ImageSlots as SlotsInFlash } from './flash.ts';
import type { DeviceDescription } from './models.ts';
import { smpRefusal } from './refusal.ts';

/** Room of one slot, in bytes. */
const SLOT_BYTES = 1024 * 1024;

/** What a piece of an upload is answered with (A14). */
export interface UploadAnswer {
  /** Where to go on. */
  readonly off: number;
  /** Once the whole is there: whether it is what was announced. */
  readonly match?: boolean;
}

/** One row of the image state (A14). */
export interface ShownSlot {
  readonly slot: number;
  readonly version: string;
  readonly hash: Uint8Array;
  readonly bootable: boolean;
  readonly pending: boolean;
  readonly confirmed: boolean;
  readonly active: boolean;
  readonly permanent: boolean;
}

/**
 * The two firmware slots and the boot loader's part: what was uploaded is tried at the next restart, and the
 * restart after that goes back unless somebody has confirmed it (A14). Not under the failsafe.
 */
export class ImageSlots {
  readonly #flash: Flash;
  readonly #factory: SlotsInFlash;

  constructor(flash: Flash, description: DeviceDescription) {
    this.#flash = flash;
    const { model, firmware: version } = description;
    const hash = createHash('sha256').update(`${model} ${version}`).digest('hex');
    this.#factory = { running: { version, hash }, confirmed: true, next: 'none' };
  }

  /** The version that runs. */
  get version(): string {
    return this.#kept.running.version;
  }

  /** What the image state shows, the running slot first. */
  get shown(): ShownSlot[] {
    const { running, other, confirmed, next } = this.#kept;
    const isNext = next !== 'none';
    const first = { ...running, active: true, confirmed, pending: false, permanent: false };
    const second = other && {
      ...other,
      active: false,
      // The one to go back to stays confirmed while another is tried.
      confirmed: !confirmed,
      pending: isNext,
      permanent: next === 'permanent',
    };
    return [first, ...(second ? [second] : [])].map(({ hash, file: _, ...rest }, slot) => ({
      ...rest,
      slot,
      hash: new Uint8Array(Buffer.from(hash, 'hex')),
      bootable: true,
    }));
  }

  /** Whether the next upload with this content begins anew, and the slot has to be erased for it. */
  wouldErase(length: number, sha: Uint8Array): boolean {
    return this.#known(length, hexOf(sha)) === undefined;
  }

  /**
   * Begins an upload, or goes on with the one of the same content, however many restarts ago it began (A14).
   * @param spoilt its content comes out wrong in flash
   */
  begin(length: number, sha: Uint8Array, data: Uint8Array, spoilt: boolean): UploadAnswer {
    const key = hexOf(sha);
    const known = this.#known(length, key);
    if (known !== undefined) return known;
    if (length > SLOT_BYTES) throw smpRefusal('size');
    this.#requireFreeSlot();
    if (data.length > length || !beginsAsImage(data)) throw smpRefusal('invalid');
    this.#flash.slot.clear();
    this.#change(({ other: _, ...slots }) => slots);
    return this.#take({ sha: key, length, off: 0 }, data, spoilt);
  }

  /** Takes the piece that follows; any other changes nothing. Who knows of no upload asks for its beginning. */
  write(off: number, data: Uint8Array, spoilt: boolean): UploadAnswer {
    const { upload } = this.#flash.unkept;
    if (upload === undefined) return { off: 0 };
    if (off !== upload.off) return { off: upload.off };
    if (off + data.length > upload.length) throw smpRefusal('invalid');
    return this.#take(upload, data, spoilt);
  }

  /** Tries the other slot at the next restart, once or for good. */
  plan(hash: Uint8Array, next: 'test' | 'permanent'): void {
    const { other, confirmed } = this.#kept;
    if (other?.hash !== Buffer.from(hash).toString('hex')) throw smpRefusal('noEntry');
    if (!confirmed) throw smpRefusal('badState');
    this.#change((slots) => ({ ...slots, next }));
  }

  /** Keeps what runs; what was planned is called off. */
  confirm(): void {
    this.#change((slots) => ({ ...slots, confirmed: true, next: 'none' }));
  }

  /** Empties the slot that does not run. */
  erase(): void {
    this.#requireFreeSlot();
    this.#forgetUpload();
    this.#change(({ other: _, ...slots }) => slots);
  }

  /**
   * What the boot loader does at a start: swaps to what is planned, or back from what nobody confirmed.
   * @param fails an image that is tried for the first time does not come up, and the watchdog restarts at once
   */
  boot(fails: boolean): 'as_before' | 'swapped' | 'reverted' {
    const { other, confirmed, next } = this.#kept;
    if (other !== undefined && next !== 'none' && !fails) {
      this.#change(({ running }) => ({
        running: other,
        other: running,
        confirmed: next === 'permanent',
        next: 'none',
      }));
      return 'swapped';
    }
    if (next !== 'none') {
      this.#change((slots) => ({ ...slots, next: 'none' }));
      return 'reverted';
    }
    if (confirmed || other === undefined) return 'as_before';
    this.#change(({ running }) => ({ running: other, other: running, confirmed: true, next: 'none' }));
    return 'reverted';
  }

  get #kept(): SlotsInFlash {
    return this.#flash.unkept.images ?? this.#factory;
  }

  #change(edit: (slots: SlotsInFlash) => SlotsInFlash): void {
    const next = edit(this.#kept);
    this.#flash.changeUnkept((unkept) => {
      unkept.images = next;
    });
  }

  /** What there is of this very content; undefined where there is nothing of it. */
  #known(length: number, key: string): UploadAnswer | undefined {
    const { upload } = this.#flash.unkept;
    if (upload?.sha === key && upload.length === length) return { off: upload.off };
    return this.#kept.other?.file === key ? { off: length, match: true } : undefined;
  }

  #take(upload: NonNullable<Flash['unkept']['upload']>, data: Uint8Array, spoilt: boolean): UploadAnswer {
    const off = upload.off + data.length;
    this.#flash.slot.write(upload.off, data);
    this.#flash.changeUnkept((unkept) => {
      unkept.upload = { ...upload, off };
    });
    return off < upload.length ? { off } : { off, match: this.#finish(upload.sha, spoilt) };
  }

  /** The last byte is there: only a whole and right image is put into the slot. */
  #finish(sha: string, spoilt: boolean): boolean {
    const bytes = this.#flash.slot.read();
    this.#forgetUpload();
    const match = !spoilt && createHash('sha256').update(bytes).digest('hex') === sha;
    const image = match ? imageIn(bytes) : undefined;
    if (image !== undefined) this.#change((slots) => ({ ...slots, other: { ...image, file: sha } }));
    return image !== undefined;
  }

  #forgetUpload(): void {
    this.#flash.slot.clear();
    this.#flash.changeUnkept((unkept) => {
      delete unkept.upload;
    });
  }

  /** The other slot is what the boot loader goes back to, or starts next: nobody may write to it. */
  #requireFreeSlot(): void {
    const { confirmed, next } = this.#kept;
    if (!confirmed || next !== 'none') throw smpRefusal('badState');
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function imageIn(bytes: Uint8Array): SlotsInFlash['running'] | undefined {
  try {
    const { hash, version } = readFirmwareImage(bytes, '');
    return { version, hash: Buffer.from(hash).toString('hex') };
  } catch {
    return undefined;
  }
}
