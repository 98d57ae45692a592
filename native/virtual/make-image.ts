import { createHash } from 'node:crypto';
import { IMAGE_HEADER_BYTES } from '../firmware/mcuboot-image.ts';

/** What a made-up image is to be. */
export interface MadeImage {
  readonly version: readonly [major: number, minor: number, revision: number];
  /** Length of what the header announces, in bytes. */
  readonly bodyBytes: number;
}

/**
 * An image in MCUboot's format that no processor can run: for virtual devices, which have none. The same for the
 * same question.
 */
export function makeImage({ version, bodyBytes }: MadeImage): Uint8Array {
  const [major, minor, revision] = version;
  const header = Buffer.alloc(IMAGE_HEADER_BYTES);
  header.writeUInt32LE(0x96f3b83d, 0);
  header.writeUInt16LE(IMAGE_HEADER_BYTES, 8);
  header.writeUInt32LE(bodyBytes, 12);
  header.writeUInt8(major, 20);
  header.writeUInt8(minor, 21);
  header.writeUInt16LE(revision, 22);
  const hashed = Buffer.concat([header, madeUp(version.join('.'), bodyBytes)]);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt16LE(0x6907, 0);
  trailer.writeUInt16LE(8 + 32, 2);
  trailer.writeUInt16LE(0x10, 4);
  trailer.writeUInt16LE(32, 6);
  return new Uint8Array(Buffer.concat([hashed, trailer, createHash('sha256').update(hashed).digest()]));
}

/** Bytes without a pattern that a line could profit from. */
function madeUp(seed: string, count: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(count / 32) }, (_, block) =>
    createHash('sha256').update(`${seed} ${block}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, count);
}
