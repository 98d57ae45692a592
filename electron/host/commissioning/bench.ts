import type { Store } from '../../../db/store.ts';
import type { DeviceRecord, SiteRecord } from '../../../db/types.ts';
import type { Device, TrustedTime } from '../../../native/devices/index.ts';
import type { Clock, PacketChannel } from '../../../native/smp/index.ts';
import { CodedError } from '../../contract/index.ts';
import type { Discovery } from '../discovery/index.ts';
import type { FirmwareLibrary } from '../firmware/index.ts';
import { isPaired } from '../rules/index.ts';
import type { AccountRules } from '../sites/index.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { Links } from './links.ts';
import type { Looks } from './looks.ts';
import type { WorkLog } from './work-log.ts';

/** What commissioning takes from the rest of the host. */
export interface CommissioningDeps {
  readonly store: Store;
  readonly discovery: Discovery;
  readonly firmware: FirmwareLibrary;
  /** Opens the way to a find. */
  readonly open: (foundId: string, signal: AbortSignal | undefined) => Promise<PacketChannel>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly person: () => string;
  readonly rules: () => AccountRules;
  /** Cloud's clock minus the laptop's, where it was ever measured (A44). */
  readonly clockOffsetMs: () => number | null;
}

/** What the pieces of work share. */
export interface Bench extends CommissioningDeps {
  readonly links: Links;
  readonly work: WorkLog;
  readonly looks: Looks;
  readonly clockTrust: ClockTrust;
  readonly timeFor: (site: SiteRecord) => TrustedTime;
  /** What to keep of a device that was just given the time. */
  readonly clockGiven: () => Pick<DeviceRecord, 'clockSetAt' | 'clockOffsetMs'>;
  /** The hub of a site, connected and paired. Errors: `work.hub_not_paired`, `work.device_not_found`. */
  readonly connectHub: (hub: DeviceRecord, signal: AbortSignal) => Promise<Device>;
  readonly audit: (
    siteId: string,
    action: string,
    detail?: Record<string, string | number | boolean>,
  ) => void;
}

/** A device of a site that is still in work. */
export function openDevice(store: Store, deviceId: string): DeviceRecord {
  const device = store.devices.get(deviceId);
  if (device === undefined) throw new CodedError('site.device_not_found');
  openSite(store, device.siteId);
  return device;
}

/** A site that is still in work. */
export function openSite(store: Store, siteId: string): SiteRecord {
  const site = store.sites.get(siteId);
  if (site === undefined) throw new CodedError('site.not_found');
  if (site.finishedAt !== null && site.state !== 'return_visit') throw new CodedError('site.finished');
  return site;
}

/**
 * What connects a hub again once its code was proved; a code that was only captured is not tried by itself, for each
 * wrong one costs a try (A26). Throws `work.hub_not_paired`.
 */
export function pairedCode(store: Store, hub: DeviceRecord): { mac: string; activationCode: string } {
  const activationCode = hub.kind === 'iq' && isPaired(hub) ? store.devices.activationCode(hub.id) : null;
  if (hub.mac === null || activationCode === null) {
    throw new CodedError('work.hub_not_paired', { hub: hub.name });
  }
  return { mac: hub.mac, activationCode };
}

/** The hub that a device of a site hangs on; undefined where it hangs on none. */
export function siteHubOf(store: Store, device: DeviceRecord): DeviceRecord | undefined {
  return hubAbove(device, store.devices.ofSite(device.siteId));
}

/** The same among `devices`. */
export function hubAbove(device: DeviceRecord, devices: readonly DeviceRecord[]): DeviceRecord | undefined {
  let at: DeviceRecord | undefined = device;
  while (at !== undefined && at.kind !== 'iq') {
    const parentId: string | null = at.parentId;
    at = devices.find((other) => other.id === parentId);
  }
  return at;
}

/** Notes that somebody works on a site. */
export function touchSite(store: Store, site: SiteRecord, now: number): void {
  const state = site.state === 'planned' ? ({ state: 'in_progress' } as const) : {};
  store.sites.change(site.id, { ...state, lastWorkedAt: now }, now);
}
