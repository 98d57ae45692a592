import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { errnoOf, syncFile, syncFolder, withFileCodes } from '../../../db/files.ts';
import { readFirmwareImage } from '../../../native/firmware/mcuboot-image.ts';
import {
  CodedError,
  compareVersions,
  type FirmwareImage,
  type FirmwareModel,
  firmwareImageSchema,
} from '../../contract/index.ts';
import { createSignal } from '../watch.ts';

/** The largest file that the contract lets through, in bytes; images of such devices have about 1 MB. */
const maxBytes = 10 * 1024 * 1024;
/** So many images are kept: a few versions of each model. */
const maxImages = 64;

/** What is kept beside an image's content. */
const recordSchema = firmwareImageSchema.extend({
  /** SHA-256 of the whole file, in hex. */
  sha: z.string().length(64),
});
type ImageRecord = z.infer<typeof recordSchema>;

/** What a file holds, once it has proved whole. */
type Content = ReturnType<typeof readFirmwareImage>;

/** The firmware images of this laptop, in a folder of the data folder. */
export interface FirmwareLibrary {
  /** Of each model the newest first. */
  list(): FirmwareImage[];
  subscribe(listener: () => void): () => void;
  /**
   * Keeps an image once its content has proved whole; what is there already is given back.
   * Errors: `firmware.not_an_image`, `firmware.damaged`, `firmware.too_large`, `firmware.too_many`, `db.disk_full` …
   */
  add(file: {
    readonly fileName: string;
    readonly model: FirmwareModel;
    readonly content: Uint8Array;
  }): FirmwareImage;
  /** Forgets an image; one that is gone already is no error. */
  remove(imageId: string): void;
  /** An image with its content, proved anew. Errors: `firmware.image_gone`. */
  open(imageId: string): { readonly model: FirmwareModel; readonly content: Content };
  /** The version of the newest image of each model. */
  newest(): ReadonlyMap<FirmwareModel, string>;
}

export interface FirmwareLibraryDeps {
  /** Made where it is not there. */
  readonly folder: string;
  /** Another process may be writing: nothing is made or swept away. */
  readonly readOnly: boolean;
  readonly now: () => number;
  readonly newId: () => string;
}

/**
 * Opens the library. An image is two files: its content, and, written after it, the record that makes it count; so a
 * copy that was cut off leaves nothing in the list, and is swept away at the next start.
 */
export function createFirmwareLibrary({
  folder,
  readOnly,
  now,
  newId,
}: FirmwareLibraryDeps): FirmwareLibrary {
  const changed = createSignal();
  const records = new Map<string, ImageRecord>();
  const contentPath = (id: string) => join(folder, `${id}.bin`);
  const recordPath = (id: string) => join(folder, `${id}.json`);

  const removeFiles = (id: string): void => {
    rmSync(recordPath(id), { force: true });
    rmSync(contentPath(id), { force: true });
  };
  const write = (path: string, content: Uint8Array | string): void => {
    const next = `${path}.next`;
    writeFileSync(next, content, { mode: 0o600 });
    syncFile(next);
    renameSync(next, path);
  };

  withFileCodes(folder, () => {
    if (readOnly && !existsSync(folder)) return;
    if (!readOnly) mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const record of readRecords(folder)) records.set(record.id, record);
    if (readOnly) return;
    for (const name of readdirSync(folder)) {
      if (!isKept(name, records)) rmSync(join(folder, name), { force: true, recursive: true });
    }
  });

  return {
    list: () => [...records.values()].sort(newestFirst).map(imageOf),
    subscribe: changed.subscribe,
    add({ fileName, model, content }) {
      if (content.length > maxBytes) {
        throw new CodedError('firmware.too_large', { file: fileName, megabytes: maxBytes / 1024 / 1024 });
      }
      const { version, hash, sha } = readFirmwareImage(content, fileName);
      const known = [...records.values()].find((each) => each.model === model && each.sha === hexOf(sha));
      if (known !== undefined) return imageOf(known);
      if (records.size >= maxImages) throw new CodedError('firmware.too_many', { limit: maxImages });
      const record: ImageRecord = {
        id: newId(),
        fileName,
        model,
        version,
        bytes: content.length,
        hash: hexOf(hash),
        importedAt: new Date(now()).toISOString(),
        sha: hexOf(sha),
      };
      withFileCodes(folder, () => {
        try {
          write(contentPath(record.id), content);
          write(recordPath(record.id), JSON.stringify(record));
          syncFolder(folder);
        } catch (caught) {
          removeFiles(record.id);
          throw caught;
        }
      });
      records.set(record.id, record);
      changed.notify();
      return imageOf(record);
    },
    remove(imageId) {
      if (!records.has(imageId)) return;
      withFileCodes(folder, () => removeFiles(imageId));
      records.delete(imageId);
      changed.notify();
    },
    open(imageId) {
      const record = records.get(imageId);
      const content = record && readWhole(contentPath(imageId), record);
      if (record === undefined || content === undefined) throw new CodedError('firmware.image_gone');
      return { model: record.model, content };
    },
    newest() {
      const versions = new Map<FirmwareModel, string>();
      for (const { model, version } of [...records.values()].sort(newestFirst)) {
        if (!versions.has(model)) versions.set(model, version);
      }
      return versions;
    },
  };
}

function imageOf({ sha: _, ...image }: ImageRecord): FirmwareImage {
  return image;
}

function newestFirst(one: ImageRecord, other: ImageRecord): number {
  return (
    one.model.localeCompare(other.model) ||
    (compareVersions(other.version, one.version) ?? 0) ||
    other.importedAt.localeCompare(one.importedAt)
  );
}

/** The records that are whole; others are as good as none. */
function readRecords(folder: string): ImageRecord[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const read = recordSchema.safeParse(parse(readFileSync(join(folder, name), 'utf8')));
      return read.success && name === `${read.data.id}.json` ? [read.data] : [];
    })
    .slice(0, maxImages);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isKept(name: string, records: ReadonlyMap<string, ImageRecord>): boolean {
  const [, id] = /^(.+)\.(?:bin|json)$/.exec(name) ?? [];
  return id !== undefined && records.has(id);
}

/** The content, where it is still what was imported; undefined where the disk lost or changed it. */
function readWhole(path: string, { sha, fileName }: ImageRecord): Content | undefined {
  try {
    const bytes = new Uint8Array(readFileSync(path));
    if (createHash('sha256').update(bytes).digest('hex') !== sha) return undefined;
    return readFirmwareImage(bytes, fileName);
  } catch (caught) {
    if (caught instanceof CodedError || errnoOf(caught) === 'ENOENT') return undefined;
    throw caught;
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
