import { compareVersions } from '../../electron/contract/firmware-version.ts';
import {
  type Firmware,
  type FirmwareModel,
  firmwareModelOf,
  type Site,
  type Work,
} from '../../electron/contract/model.ts';
import { ago, DAY_MS, fakeId, MINUTE_MS } from './fake-times.ts';

const image = (number: number, model: FirmwareModel, version: string, bytes: number) => ({
  id: fakeId(9300 + number),
  fileName: `${model.toLowerCase()}-${version}.signed.bin`,
  model,
  version,
  bytes,
  hash: String(number).repeat(64),
  importedAt: ago(number * DAY_MS),
});

/** The images of a laptop: two for one model, one for others. */
export function fakeFirmware(): Firmware {
  return {
    images: [
      image(1, 'IQ2', '2.4.1', 412_988),
      image(2, 'escutcheon', '1.9.0', 186_204),
      image(3, 'escutcheon', '1.8.2', 185_116),
      image(4, 'cylinder', '1.9.0', 171_840),
    ],
  };
}

/** The site with what its devices run: one hub and most locks are old, one was never asked, one battery is low. */
export function withFirmware(site: Site): Site {
  let lock = 0;
  const devices = site.devices.map((device) => {
    if (device.kind === 'iq') return { ...device, firmware: device.hasActivationCode ? '2.3.0' : null };
    if (firmwareModelOf(device.model) !== 'escutcheon') return device;
    lock += 1;
    return {
      ...device,
      firmware: lock === 3 ? null : lock % 3 === 0 ? '1.9.0' : '1.7.4',
      batteryPercent: lock === 2 ? 14 : device.batteryPercent,
    };
  });
  const { images } = fakeFirmware();
  const findings = devices.flatMap(({ id, name, model, mac, firmware }) => {
    const available = images.find((each) => each.model === firmwareModelOf(model))?.version;
    if (mac === null || firmware === null || available === undefined) return [];
    if ((compareVersions(firmware, available) ?? 0) >= 0) return [];
    const params = { device: name, installed: firmware, available };
    const where = { step: 'hardware' as const, deviceId: id };
    return [{ code: 'FIRMWARE_OLD' as const, severity: 'warning' as const, params, ...where }];
  });
  return { ...site, devices, findings: [...site.findings, ...findings] };
}

/** An update of several devices: one done, one failed, one in the middle of its upload. */
export function fakeUpdate(site: Site, deviceIds: readonly string[]): Work {
  const [done = '', failed = '', current = '', ...rest] = deviceIds;
  const name = site.devices.find(({ id }) => id === failed)?.name ?? '';
  return {
    id: fakeId(9301),
    kind: 'update_firmware',
    siteId: site.id,
    deviceIds: [current, done, failed, ...rest],
    state: 'running',
    steps: [
      { id: 'compare', state: 'done' },
      { id: 'battery', state: 'done' },
      { id: 'upload', state: 'running' },
      { id: 'test', state: 'waiting' },
      { id: 'restart', state: 'waiting' },
      { id: 'confirm', state: 'waiting' },
    ],
    fraction: 0.62,
    needs: null,
    startedAt: ago(4 * MINUTE_MS),
    since: ago(MINUTE_MS),
    failsafeEndsAt: null,
    question: null,
    results: [
      { deviceId: done, outcome: 'updated', problem: null },
      {
        deviceId: failed,
        outcome: 'failed',
        problem: { code: 'firmware.battery_low', params: { device: name, percent: 14, least: 20 } },
      },
    ],
    problem: null,
  };
}
