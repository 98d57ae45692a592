import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../electron/contract/errors.ts';
import { MAX_IMAGE_BYTES, readFirmwareImage } from '../../../native/firmware/mcuboot-image.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** A TLV area, written from MCUboot's design document. */
function tlvs(magic: number, entries: readonly [type: number, value: Uint8Array][]): Buffer {
  const parts = entries.flatMap(([type, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(type, 0);
    head.writeUInt16LE(value.length, 2);
    return [head, value];
  });
  const content = Buffer.concat(parts);
  const info = Buffer.alloc(4);
  info.writeUInt16LE(magic, 0);
  info.writeUInt16LE(content.length + 4, 2);
  return Buffer.concat([info, content]);
}

/** An image as imgtool makes it: padded header, body, protected part with a counter, hash and signature. */
function imgtoolImage({ headerBytes = 0x200, build = 7, protectedPart = true } = {}): Buffer {
  const body = Buffer.from('the program'.repeat(40));
  const protectedTlvs = protectedPart ? tlvs(0x6908, [[0x50, Buffer.from([1, 0, 0, 0])]]) : Buffer.alloc(0);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(0x96f3b83d, 0);
  header.writeUInt16LE(headerBytes, 8);
  header.writeUInt16LE(protectedTlvs.length, 10);
  header.writeUInt32LE(body.length, 12);
  header.set([1, 2, 3, 0], 20);
  header.writeUInt32LE(build, 24);
  const hashed = Buffer.concat([header, body, protectedTlvs]);
  const signature = Buffer.alloc(70, 9);
  return Buffer.concat([
    hashed,
    tlvs(0x6907, [
      [0x10, sha256(hashed)],
      [0x22, signature],
    ]),
  ]);
}

function codeOf(bytes: Uint8Array): string {
  try {
    readFirmwareImage(bytes, 'x.bin');
    return 'read';
  } catch (caught) {
    return caught instanceof CodedError ? caught.code : String(caught);
  }
}

describe('an image in MCUboot format', () => {
  it('is read: version, the hash that devices show, and the hash of the file', () => {
    const file = imgtoolImage();
    const image = readFirmwareImage(file, 'x.bin');
    expect(image.version).toBe('1.2.3.7');
    const hashed = file.subarray(0, file.length - 4 - 4 - 32 - 4 - 70);
    expect(Buffer.from(image.hash).equals(sha256(hashed))).toBe(true);
    expect(Buffer.from(image.sha).equals(sha256(file))).toBe(true);
    expect(readFirmwareImage(imgtoolImage({ build: 0, protectedPart: false }), 'x').version).toBe('1.2.3');
  });

  it('cut short anywhere is refused by its code', () => {
    const file = imgtoolImage({ headerBytes: 32 });
    for (let length = 0; length < file.length; length += 1) {
      const code = codeOf(file.subarray(0, length));
      expect(code, `${length} bytes`).toBe(length < 32 ? 'firmware.not_an_image' : 'firmware.damaged');
    }
  });

  it('changed in any byte that its hash covers is damaged, and never an unforeseen error elsewhere', () => {
    const file = imgtoolImage({ headerBytes: 32 });
    const hashedBytes = file.length - 4 - 4 - 32 - 4 - 70;
    for (let at = 0; at < file.length; at += 1) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      const code = codeOf(changed);
      if (at < 4) expect(code).toBe('firmware.not_an_image');
      else if (at < hashedBytes) expect(code, `byte ${at}`).toBe('firmware.damaged');
      else expect(['read', 'firmware.damaged'], `byte ${at}`).toContain(code);
    }
  });

  it('that says it is longer than any file, or has no hash, is damaged', () => {
    const long = imgtoolImage({ headerBytes: 32 });
    long.writeUInt32LE(0xffffffff, 12);
    expect(codeOf(long)).toBe('firmware.damaged');
    const header = imgtoolImage({ headerBytes: 32, protectedPart: false });
    const bare = Buffer.concat([header.subarray(0, 32 + 440), tlvs(0x6907, [])]);
    expect(codeOf(bare)).toBe('firmware.damaged');
  });

  it('is not read where it is no image or too large', () => {
    expect(codeOf(Buffer.from('PK\u0003\u0004 an archive, padded to more than a header'))).toBe(
      'firmware.not_an_image',
    );
    expect(codeOf(new Uint8Array(MAX_IMAGE_BYTES + 1))).toBe('firmware.too_large');
  });
});
