import { HEADER_BYTES } from './header.ts';

/** Why the receiver threw bytes away (A10). */
export type FragmentDiscardReason = 'too_many_bytes' | 'bad_length' | 'until_silence' | 'unfinished';

/** What a fragment receiver is made of. */
export interface FragmentReceiverOptions {
  /** Largest SMP packet accepted, in bytes with header (A7). */
  maxPacketBytes: number;
  onPacket(packet: Uint8Array): void;
  onDiscarded?(reason: FragmentDiscardReason, bytes: number): void;
  /** Milliseconds on a clock that only rises. */
  now(): number;
}

/** What the attribute protocol takes of every write and notification, in bytes. */
export const ATT_OVERHEAD_BYTES = 3;
/** An unfinished packet is dropped this long after it began, in milliseconds (A10). */
export const UNFINISHED_MS = 5000;
/** After nonsense everything is dropped until nothing came for this long, in milliseconds (A10). */
export const SILENCE_MS = 1000;

/** Offset of the 16-bit data length in the header, and where it ends. */
const LENGTH_OFFSET = 2;
const LENGTH_END = 4;

/** Splits one packet at the MTU: every fragment full but the last (A10). `mtu` is at least 23. */
export function fragmentPacket(packet: Uint8Array, mtu: number): Uint8Array[] {
  const most = mtu - ATT_OVERHEAD_BYTES;
  if (most < 1) throw new RangeError(`an MTU of ${mtu} carries nothing`);
  const fragments: Uint8Array[] = [];
  for (let start = 0; start < packet.length; start += most)
    fragments.push(packet.subarray(start, start + most));
  return fragments;
}

/** Joins fragments to packets by the header's length (A10). */
export class FragmentReceiver {
  readonly #options: FragmentReceiverOptions;
  readonly #counters: Record<string, number> = {};
  #maxPacketBytes: number;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #announced: number | undefined;
  #beganMs = 0;
  #lastMs = 0;
  #waitingForSilence = false;

  constructor(options: FragmentReceiverOptions) {
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

  /** Takes one write or notification. */
  push(fragment: Uint8Array): void {
    if (fragment.length === 0) return;
    const nowMs = this.#options.now();
    const silentMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (this.#waitingForSilence) {
      if (silentMs < SILENCE_MS) {
        this.#count('until_silence', fragment.length);
        return;
      }
      this.#waitingForSilence = false;
    }
    if (this.#bytes > 0 && nowMs - this.#beganMs > UNFINISHED_MS) this.#drop('unfinished');
    if (this.#bytes === 0) this.#beganMs = nowMs;
    this.#parts.push(new Uint8Array(fragment));
    this.#bytes += fragment.length;
    this.#judge();
  }

  #judge(): void {
    if (this.#announced === undefined) {
      if (this.#bytes < LENGTH_END) return;
      const start = Buffer.concat(this.#parts);
      this.#announced = HEADER_BYTES + start.readUInt16BE(LENGTH_OFFSET);
    }
    if (this.#announced > this.#maxPacketBytes) this.#dropUntilSilence('bad_length');
    else if (this.#bytes > this.#announced) this.#dropUntilSilence('too_many_bytes');
    else if (this.#bytes === this.#announced) {
      const packet = new Uint8Array(Buffer.concat(this.#parts));
      this.#forget();
      this.#options.onPacket(packet);
    }
  }

  #dropUntilSilence(reason: FragmentDiscardReason): void {
    this.#drop(reason);
    this.#waitingForSilence = true;
  }

  #drop(reason: FragmentDiscardReason): void {
    const bytes = this.#bytes;
    this.#forget();
    this.#count(reason, bytes);
  }

  #count(reason: FragmentDiscardReason, bytes: number): void {
    this.#counters[reason] = (this.#counters[reason] ?? 0) + 1;
    this.#options.onDiscarded?.(reason, bytes);
  }

  #forget(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.#announced = undefined;
  }
}
