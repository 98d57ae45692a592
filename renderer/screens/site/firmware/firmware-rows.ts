import { compareVersions } from '../../../../electron/contract/firmware-version.ts';
import {
  type Device,
  type FirmwareImage,
  type FirmwareModel,
  type FirmwareResult,
  firmwareModelOf,
  type Work,
} from '../../../../electron/contract/model.ts';
import { isLowBattery } from '../../../parts/rulers.ts';
import { isPaired } from '../hardware/tree.ts';

/** Why a device cannot be updated now; its text is `firmware.cannot.…`. */
export type Hindrance = 'unbound' | 'not_paired' | 'no_way' | 'no_code' | 'battery';

/** One device beside the image that it would get. */
export interface FirmwareRow {
  readonly device: Device;
  /** How what it runs stands to the image; `unknown` where it was not asked yet. */
  readonly standing: 'old' | 'current' | 'newer' | 'unknown' | 'no_image';
  readonly hindrance: Hindrance | null;
}

/** The devices of one model, and the images that this laptop has for it. */
export interface FirmwareGroup {
  /** Null for devices whose model is not known yet. */
  readonly model: FirmwareModel | null;
  /** The newest first. */
  readonly images: readonly FirmwareImage[];
  /** The one that the devices would get. */
  readonly image: FirmwareImage | null;
  readonly rows: readonly FirmwareRow[];
}

/** The devices of a site by model, in the tree's order; `picked` names images other than the newest. */
export function firmwareGroups(
  devices: readonly Device[],
  images: readonly FirmwareImage[],
  picked: ReadonlyMap<FirmwareModel, string>,
): FirmwareGroup[] {
  const byModel = Map.groupBy(devices, (device) => firmwareModelOf(device.model) ?? null);
  return [...byModel].map(([model, ofModel]) => {
    const own = images.filter((image) => image.model === model);
    const chosen = model === null ? undefined : own.find(({ id }) => id === picked.get(model));
    const image = chosen ?? own[0] ?? null;
    return { model, images: own, image, rows: ofModel.map((device) => rowOf(device, image)) };
  });
}

function rowOf(device: Device, image: FirmwareImage | null): FirmwareRow {
  return { device, standing: standingOf(device, image), hindrance: hindranceOf(device) };
}

function standingOf({ firmware }: Device, image: FirmwareImage | null): FirmwareRow['standing'] {
  if (image === null) return 'no_image';
  if (firmware === null) return 'unknown';
  const compared = compareVersions(firmware, image.version);
  if (compared === undefined) return 'unknown';
  if (compared === 0) return 'current';
  return compared < 0 ? 'old' : 'newer';
}

function hindranceOf(device: Device): Hindrance | null {
  const { kind, mac, radio, hasActivationCode, batteryPercent } = device;
  if (mac === null) return 'unbound';
  if (kind === 'iq') return isPaired(device) ? null : 'not_paired';
  if (radio === 'rf_net') return 'no_way';
  if (kind === 'repeater' && !hasActivationCode) return 'no_code';
  return batteryPercent !== null && isLowBattery(batteryPercent) ? 'battery' : null;
}

/** Whether a person may choose it: there is an image that it does not run yet, and a way to it. */
export function canChoose({ standing, hindrance }: FirmwareRow): boolean {
  return hindrance === null && standing !== 'no_image' && standing !== 'current';
}

/** Whether it is chosen unless the person says otherwise. */
export function isChosenAtFirst(row: FirmwareRow): boolean {
  return canChoose(row) && row.standing === 'old';
}

/** What the update of a site says of one device; undefined where it says nothing. */
export function resultOf(
  work: Work | null,
  siteId: string,
  deviceId: string,
): FirmwareResult | 'running' | 'waiting' | undefined {
  if (work?.kind !== 'update_firmware' || work.siteId !== siteId) return undefined;
  if (!work.deviceIds.includes(deviceId)) return undefined;
  const result = work.results.find((each) => each.deviceId === deviceId);
  if (result !== undefined) return result;
  if (work.state !== 'running') return undefined;
  return work.deviceIds[0] === deviceId ? 'running' : 'waiting';
}
