import type { Device, FoundDevice, Site, Work } from '../../../../electron/contract/model.ts';
import { litForSignal } from '../../../parts/rulers.ts';
import { hubOf, isAttachable, isPaired } from './tree.ts';

/** Nothing heard for this long: the row fades. A device calls once a second; after 10 s it leaves the list. */
export const FADES_AFTER_MS = 4_000;

/** What a found device is to this site, and so which button its row has. */
export type Standing =
  | { readonly kind: 'problem' }
  | { readonly kind: 'working'; readonly device: Device }
  | { readonly kind: 'pair'; readonly device: Device }
  | { readonly kind: 'attach'; readonly device: Device }
  | { readonly kind: 'known'; readonly device: Device }
  | { readonly kind: 'other_site' }
  | { readonly kind: 'unplanned' };

/** What `found` is to `site` now. */
export function standingOf(found: FoundDevice, site: Site, work: Work | null): Standing {
  if (found.problem !== null && found.planned === null) return { kind: 'problem' };
  if (found.planned === null) return { kind: 'unplanned' };
  if (found.planned.siteId !== site.id) return { kind: 'other_site' };
  const plannedId = found.planned.deviceId;
  const device = site.devices.find((each) => each.id === plannedId);
  if (device === undefined) return { kind: 'unplanned' };
  if (isInWork(device, work)) return { kind: 'working', device };
  if (device.kind === 'iq') return isPaired(device) ? { kind: 'known', device } : { kind: 'pair', device };
  const hub = hubOf(device, site.devices);
  if (isAttachable(device) && hub !== undefined && isPaired(hub)) return { kind: 'attach', device };
  return { kind: 'known', device };
}

/** Whether the running work is about this device: it has it in hand, or has not come to it yet. */
function isInWork(device: Device, work: Work | null): boolean {
  if (work?.state !== 'running' || !work.deviceIds.includes(device.id)) return false;
  return work.deviceIds[0] === device.id || isAttachable(device);
}

/** The found devices of one way, nearest first; equally near ones keep their order, so that no row jumps away. */
export function nearestFirst(
  devices: readonly FoundDevice[],
  transport: FoundDevice['transport'],
): FoundDevice[] {
  return devices
    .filter((each) => each.transport === transport)
    .sort(
      (a, b) =>
        nearness(b) - nearness(a) || a.firstSeenAt.localeCompare(b.firstSeenAt) || a.id.localeCompare(b.id),
    );
}

function nearness(found: FoundDevice): number {
  return found.rssi === null ? -1 : litForSignal(found.rssi);
}

/** Since how many seconds nothing was heard of it. */
export function silentSeconds(found: FoundDevice, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - Date.parse(found.lastSeenAt)) / 1000));
}

/** Whether nothing was heard of it for a while; what hangs on a cable does not fade. */
export function isFading(found: FoundDevice, now: Date): boolean {
  return found.transport === 'bluetooth' && silentSeconds(found, now) * 1000 > FADES_AFTER_MS;
}
