import { createHash } from 'node:crypto';
import { beginsAsImage, readFirmwareImage } from '../firmware/mcuboot-image.ts';
import type { Flash, ImageSlots as SlotsInFlash } from './flash.ts';
import type { DeviceDescription } from './models.ts';
import { smpRefusal } from './refusal.ts';

/** Room of one slot, in bytes. */
const SLOT_BYTES = 1024 * 1024;

/** A running upload; it lives in memory, as MCUmgr's does, and is gone after a restart. */
interface RunningUpload {
  readonly sha: string;
  readonly bytes: Uint8Array;
  off: number;
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
  #upload: RunningUpload | undefined;

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
    return [first, ...(second ? [second] : [])].map(({ hash, ...rest }, slot) => ({
      ...rest,
      slot,
      hash: new Uint8Array(Buffer.from(hash, 'hex')),
      bootable: true,
    }));
  }

  /** Begins an upload, or goes on with the one of the same content; gives where (A14). */
  begin(length: number, sha: Uint8Array, data: Uint8Array): number {
    const key = Buffer.from(sha).toString('hex');
    if (this.#upload?.sha === key && this.#upload.bytes.length === length) return this.#upload.off;
    if (length > SLOT_BYTES) throw smpRefusal('size');
    this.#requireFreeSlot();
    if (data.length > length || !beginsAsImage(data)) throw smpRefusal('invalid');
    this.#change(({ other: _, ...slots }) => slots);
    this.#upload = { sha: key, bytes: new Uint8Array(length), off: 0 };
    return this.#take(data);
  }

  /** Takes the piece that follows; any other changes nothing. Gives where to go on. */
  write(off: number, data: Uint8Array): number {
    const upload = this.#upload;
    if (upload === undefined) throw smpRefusal('badState');
    if (off !== upload.off) return upload.off;
    if (off + data.length > upload.bytes.length) throw smpRefusal('invalid');
    return this.#take(data);
  }

  /**
   * Whether the upload has its last byte; then it is checked, and only a whole and right one is put into the slot.
   * @param spoilt its content came out wrong in flash
   */
  finish(spoilt: boolean): { done: false } | { done: true; match: boolean } {
    const upload = this.#upload;
    if (upload === undefined || upload.off < upload.bytes.length) return { done: false };
    this.#upload = undefined;
    const match = !spoilt && createHash('sha256').update(upload.bytes).digest('hex') === upload.sha;
    const image = match ? imageIn(upload.bytes) : undefined;
    if (image !== undefined) this.#change((slots) => ({ ...slots, other: image }));
    return { done: true, match: image !== undefined };
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
    this.#upload = undefined;
    this.#change(({ other: _, ...slots }) => slots);
  }

  /**
   * What the boot loader does at a start: swaps to what is planned, or back from what nobody confirmed.
   * @param fails an image that is tried for the first time does not come up, and the watchdog restarts at once
   */
  boot(fails: boolean): 'as_before' | 'swapped' | 'reverted' {
    this.#upload = undefined;
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

  #take(data: Uint8Array): number {
    const upload = this.#upload as RunningUpload;
    upload.bytes.set(data, upload.off);
    upload.off += data.length;
    return upload.off;
  }

  /** The other slot is what the boot loader goes back to, or starts next: nobody may write to it. */
  #requireFreeSlot(): void {
    const { confirmed, next } = this.#kept;
    if (!confirmed || next !== 'none') throw smpRefusal('badState');
  }
}

function imageIn(bytes: Uint8Array): SlotsInFlash['running'] | undefined {
  try {
    const { hash, version } = readFirmwareImage(bytes, '');
    return { version, hash: Buffer.from(hash).toString('hex') };
  } catch {
    return undefined;
  }
}
