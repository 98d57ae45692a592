import { makeImage } from '../../../native/virtual/index.ts';
import { type FirmwareModel, firmwareModels } from '../../contract/index.ts';
import type { FirmwareLibrary } from '../firmware/index.ts';

/** Newer than what virtual devices leave the factory with. */
const version = [1, 1, 0] as const;
/** As large as real ones, so that a hub's upload takes a few seconds. */
const hubBytes = 400_000;
const otherBytes = 120_000;

/** Puts a newer image for each model into a practice library that has none, so that an update can be tried. */
export function addPracticeFirmware(library: FirmwareLibrary): void {
  if (library.list().length > 0) return;
  for (const model of firmwareModels) {
    const fileName = `${model.toLowerCase().replaceAll(/\W/g, '-')}-${version.join('.')}.bin`;
    library.add({ fileName, model, content: makeImage({ version, bodyBytes: bytesOf(model) }) });
  }
}

function bytesOf(model: FirmwareModel): number {
  return model.startsWith('IQ') ? hubBytes : otherBytes;
}
