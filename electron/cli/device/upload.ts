import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ImageSlot, type SmpServer, uploadImage } from '../../../native/devices/index.ts';
import { beginsAsImage, MAX_IMAGE_BYTES, readFirmwareImage } from '../../../native/firmware/mcuboot-image.ts';
import { CodedError } from '../../contract/errors.ts';
import { createProgressBar } from '../progress-bar.ts';
import { answered } from './run.ts';
import type { DeviceOptions } from './talk.ts';

/** A file to upload. What is no MCUboot image is taken as it is: a stranger's boot loader may want another form. */
interface UploadFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly sha: Uint8Array;
  /** What the image state will call it; unknown of a file that is no MCUboot image. */
  readonly hash: Uint8Array | undefined;
}

/** `doorstep device … upload FILE`: sends a file to the slot that does not run, and goes on where it stood. */
export function uploadCommand(
  path: string,
  options: DeviceOptions & { readonly test?: boolean },
): Promise<number> {
  return answered(options, async (talk) => {
    const file = readUpload(path);
    const { signal } = talk;
    const bar = createProgressBar(process.stderr, options.json !== true);
    const { name: site, bytes } = file;
    const { resumedAt, tried } = await talk
      .ask(async (server) => {
        const before = options.test === true ? await server.images({ signal }) : [];
        const uploaded = await uploadImage({
          server,
          ...file,
          signal,
          onProgress: (done) => bar.show({ done, total: bytes.length, site }),
        });
        if (options.test !== true) return { ...uploaded, tried: null };
        const hash = file.hash ?? newIn(await server.images({ signal }), before, server);
        await server.tryImage(hash, { signal });
        return { ...uploaded, tried: hash };
      })
      .finally(bar.end);
    const hex = tried === null ? null : Buffer.from(tried).toString('hex');
    return {
      result: { uploaded: bytes.length, resumedAt, tried: hex },
      lines: [
        `${bytes.length} bytes uploaded${resumedAt === 0 ? '' : `, of which ${resumedAt} were there already`}.`,
        ...(hex === null
          ? []
          : [`${hex} is tried at the next restart: "reset", then "images --confirm" keeps it.`]),
      ],
    };
  });
}

/** Reads the file before anybody is connected. Errors: `firmware.file_unreadable`, `firmware.too_large`, `firmware.damaged`. */
function readUpload(path: string): UploadFile {
  const name = basename(path);
  const bytes = readBounded(path, name);
  if (bytes.length === 0) throw new CodedError('firmware.file_unreadable', { file: name });
  const hash = beginsAsImage(bytes) ? readFirmwareImage(bytes, name).hash : undefined;
  return { name, bytes, sha: new Uint8Array(createHash('sha256').update(bytes).digest()), hash };
}

function readBounded(path: string, file: string): Uint8Array {
  try {
    const handle = openSync(path, 'r');
    try {
      if (fstatSync(handle).size > MAX_IMAGE_BYTES)
        throw new CodedError('firmware.too_large', { file, megabytes: MAX_IMAGE_BYTES / 1024 / 1024 });
      return new Uint8Array(readFileSync(handle));
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('firmware.file_unreadable', { file }, { cause });
  }
}

/** The hash that came with the upload: of the slot that does not run, and is not as it was. */
function newIn(now: readonly ImageSlot[], before: readonly ImageSlot[], server: SmpServer): Uint8Array {
  const known = new Set(before.map(({ hash }) => hash && Buffer.from(hash).toString('hex')));
  const idle = now.filter(({ active, hash }) => !active && hash !== undefined);
  const fresh = idle.find(({ hash }) => hash && !known.has(Buffer.from(hash).toString('hex'))) ?? idle[0];
  if (fresh?.hash === undefined)
    throw new CodedError('firmware.hash_differs', { device: server.channel.label });
  return fresh.hash;
}
