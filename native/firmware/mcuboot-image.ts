import { createHash } from 'node:crypto';
import { CodedError } from '../../electron/contract/errors.ts';

/** What a firmware image says about itself, and what an upload of it needs. */
export interface FirmwareImage {
  /** `major.minor.revision`, and `.build` where there is one: as devices say it in their image state. */
  readonly version: string;
  /** SHA-256 over header, body and protected part, as the boot loader checks it: `hash` of the image state. */
  readonly hash: Uint8Array;
  /** SHA-256 of the whole file: `sha` of the upload (A14). */
  readonly sha: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Larger than the flash of any device of this kind, in bytes. */
export const MAX_IMAGE_BYTES = 16 * 1024 * 1024;
/** Length of MCUboot's header, in bytes: the least that the first chunk of an upload has to hold. */
export const IMAGE_HEADER_BYTES = 32;

const HEADER_MAGIC = 0x96f3b83d;
const PROTECTED_MAGIC = 0x6908;
const UNPROTECTED_MAGIC = 0x6907;
const TLV_INFO_BYTES = 4;
const TLV_SHA256 = 0x10;
const SHA256_BYTES = 32;

/**
 * Reads an image in MCUboot's format, and holds it against its own hash. Signatures are the boot loader's to
 * check: only the device knows whose keys it trusts.
 * @param file its name, for the error
 * @throws CodedError `firmware.not_an_image`, `firmware.damaged`, `firmware.too_large`
 */
export function readFirmwareImage(bytes: Uint8Array, file: string): FirmwareImage {
  if (bytes.length > MAX_IMAGE_BYTES) {
    throw new CodedError('firmware.too_large', { file, megabytes: MAX_IMAGE_BYTES / 1024 / 1024 });
  }
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!beginsAsImage(bytes)) {
    throw new CodedError('firmware.not_an_image', { file });
  }
  const damaged = () => new CodedError('firmware.damaged', { file });
  const headerBytes = view.readUInt16LE(8);
  const protectedBytes = view.readUInt16LE(10);
  const bodyEnd = headerBytes + view.readUInt32LE(12);
  const hashedEnd = bodyEnd + protectedBytes;
  if (headerBytes < IMAGE_HEADER_BYTES || hashedEnd + TLV_INFO_BYTES > view.length) throw damaged();
  if (protectedBytes > 0) {
    const whole = protectedBytes >= TLV_INFO_BYTES && view.readUInt16LE(bodyEnd + 2) === protectedBytes;
    if (!whole || view.readUInt16LE(bodyEnd) !== PROTECTED_MAGIC) throw damaged();
  }
  const hash = sha256(view.subarray(0, hashedEnd));
  const said = statedHash(view, hashedEnd);
  if (said === undefined || !hash.equals(said)) throw damaged();
  return { version: versionIn(view), hash: new Uint8Array(hash), sha: new Uint8Array(sha256(view)), bytes };
}

/** Whether bytes begin with MCUboot's header. */
export function beginsAsImage(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.length >= IMAGE_HEADER_BYTES && view.readUInt32LE(0) === HEADER_MAGIC;
}

/** `major.minor.revision[.build]` of a header. */
function versionIn(view: Buffer): string {
  const build = view.readUInt32LE(24);
  const version = `${view.readUInt8(20)}.${view.readUInt8(21)}.${view.readUInt16LE(22)}`;
  return build === 0 ? version : `${version}.${build}`;
}

/** The SHA-256 that stands in the unprotected part; undefined where the part is damaged or names none. */
function statedHash(view: Buffer, start: number): Buffer | undefined {
  const end = start + view.readUInt16LE(start + 2);
  if (view.readUInt16LE(start) !== UNPROTECTED_MAGIC || end > view.length) return undefined;
  for (let at = start + TLV_INFO_BYTES; at + TLV_INFO_BYTES <= end; ) {
    const [type, length] = [view.readUInt16LE(at), view.readUInt16LE(at + 2)];
    const value = at + TLV_INFO_BYTES;
    if (value + length > end) return undefined;
    if (type === TLV_SHA256 && length === SHA256_BYTES) return view.subarray(value, value + length);
    at = value + length;
  }
  return undefined;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
