import { CodedError } from '../../contract/index.ts';
import { registerLimits } from './columns.ts';

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const endBytes = 22;
const entryBytes = 46;
/** A comment may stand behind the end record, as long as 16 bits can say. */
const commentBytesMax = 0xffff;
const partsMax = 1000;
const withDescriptor = 1 << 3;

/**
 * Refuses a ZIP file whose own directory promises more than may be unpacked, or leaves a size open; the reader then
 * unpacks no part beyond its promise. Throws `register.workbook_too_large`, `register.workbook_broken`.
 */
export function refuseUnbounded(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  const parts = view.getUint16(end + 10, true);
  if (parts > partsMax) throw broken();
  let at = view.getUint32(end + 16, true);
  let unpacked = 0;
  for (let part = 0; part < parts; part += 1) {
    if (at + entryBytes > bytes.length || view.getUint32(at, true) !== entrySignature) throw broken();
    const [packedSize, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const sizeOpen = (view.getUint16(at + 8, true) & withDescriptor) !== 0 && packedSize === 0;
    // What promises nothing may pack two bytes: deflate's way to say nothing.
    if (sizeOpen || (size === 0 && packedSize > 2) || (size > 0 && packedSize === 0)) throw broken();
    unpacked += size;
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    at += entryBytes + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  if (unpacked > registerLimits.unpackedBytes) {
    const limit = registerLimits.unpackedBytes / 1024 / 1024;
    throw new CodedError('register.workbook_too_large', {
      megabytes: Math.ceil(unpacked / 1024 / 1024),
      limit,
    });
  }
}

function endOf(view: DataView): number {
  const first = Math.max(0, view.byteLength - endBytes - commentBytesMax);
  for (let at = view.byteLength - endBytes; at >= first; at -= 1) {
    if (view.getUint32(at, true) === endSignature) return at;
  }
  throw broken();
}

function broken(): CodedError {
  return new CodedError('register.workbook_broken');
}
