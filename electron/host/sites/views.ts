import type { CheckRecord, DeviceRecord, SiteRecord } from '../../../db/types.ts';
import type { Device, DoorCount, Finding, NextStep, Site, SiteRow, Stage } from '../../contract/index.ts';
import { isAttached, isPaired, isReady, type Verdict } from '../rules/index.ts';

/** Writes a stored moment as the contract has it. */
export function timeOf(moment: number): string;
export function timeOf(moment: number | null): string | null;
export function timeOf(moment: number | null): string | null {
  return moment === null ? null : new Date(moment).toISOString();
}

/** Counts the doors of a site: every place of a lock is one. */
export function countDoors(devices: readonly DeviceRecord[]): DoorCount {
  const locks = devices.filter((device) => device.kind === 'lock');
  return {
    planned: locks.length,
    attached: locks.filter(isAttached).length,
    tested: locks.filter((lock) => lock.state === 'tested').length,
  };
}

/** What an installer would do next, from what is stored alone; the order of the step rail. */
export function nextStepOf(
  site: SiteRecord,
  devices: readonly DeviceRecord[],
  outbox: { readonly needsPerson: boolean },
): NextStep {
  if (outbox.needsPerson) return { kind: 'decide', count: 1 };
  if (site.state === 'released') {
    return { kind: site.invitation?.state === 'accepted' ? 'none' : 'follow_owner', count: 0 };
  }
  if (site.state === 'installed' || site.state === 'handing_over') return { kind: 'see_outbox', count: 0 };
  const hubs = devices.filter((device) => device.kind === 'iq');
  const unpaired = hubs.filter((hub) => !isPaired(hub));
  if (site.state === 'planned') return { kind: 'start', count: 0 };
  if (hubs.length === 0 || unpaired.length > 0) return { kind: 'pair_hub', count: unpaired.length };
  const loose = devices.filter((device) => device.kind !== 'iq' && !isAttached(device));
  const unproven = hubs.filter((hub) => !hub.networkProven);
  if (unproven.length > 0 && loose.length === devices.length - hubs.length) {
    return { kind: 'set_network', count: unproven.length };
  }
  if (loose.length > 0) return { kind: 'attach_locks', count: loose.length };
  const doors = countDoors(devices);
  if (doors.tested < doors.planned) return { kind: 'test_doors', count: doors.planned - doors.tested };
  return { kind: 'finish', count: 0 };
}

/** One row of the list of sites. */
export function siteRowOf(
  site: SiteRecord,
  devices: readonly DeviceRecord[],
  outbox: { readonly unsent: number; readonly needsPerson: boolean },
): SiteRow {
  return {
    id: site.id,
    name: site.name,
    city: site.address.city,
    siteUid: site.siteUid,
    state: site.state,
    attention: site.attention === null ? null : { ...site.attention, params: { ...site.attention.params } },
    ownerName: site.owner.fullName,
    ownerEmail: site.owner.email,
    invitation: site.invitation,
    doors: countDoors(devices),
    unsent: outbox.unsent,
    lastWorkedAt: timeOf(site.lastWorkedAt),
    nextStep: nextStepOf(site, devices, outbox),
    macs: devices.flatMap((device) => (device.mac === null ? [] : [device.mac])),
  };
}

/** A device as the screens see it. */
export function deviceOf(device: DeviceRecord, checks: readonly CheckRecord[]): Device {
  const {
    cloudId,
    heardAt,
    batteryAt,
    clockSetAt: _,
    clockOffsetMs: __,
    heldByParent: ___,
    ...shown
  } = device;
  return {
    ...shown,
    heardAt: timeOf(heardAt),
    batteryAt: timeOf(batteryAt),
    registered: cloudId !== null,
    checks: checks.map(({ check, result, by, at, detail }) => ({
      check,
      result,
      by,
      at: timeOf(at),
      detail,
    })),
  };
}

/** The whole of a site for its screen. */
export function siteOf(
  site: SiteRecord,
  devices: readonly DeviceRecord[],
  checks: ReadonlyMap<string, readonly CheckRecord[]>,
  verdict: Verdict,
  outbox: {
    readonly stages: readonly Stage[];
    readonly needsPerson: boolean;
    readonly editable: Site['editable'];
  },
): Site {
  const { name, businessType, country, timeZone, address, owner, tenant, voucher, notes } = site;
  const next = nextStepOf(site, devices, outbox);
  const blockers = verdict.findings.filter((found) => found.severity === 'blocker').length;
  return {
    id: site.id,
    name,
    businessType,
    country,
    timeZone,
    address,
    owner,
    tenant,
    voucher,
    notes,
    siteUid: site.siteUid,
    state: site.state,
    attention: site.attention === null ? null : { ...site.attention, params: { ...site.attention.params } },
    invitation: site.invitation,
    devices: devices.map((device) => deviceOf(device, checks.get(device.id) ?? [])),
    doors: countDoors(devices),
    findings: [...verdict.findings],
    passedRules: verdict.passed.map((code) => ({ code, params: {} })),
    steps: stepsOf(site, devices, verdict.findings),
    stages: [...outbox.stages],
    nextStep: next.kind === 'finish' && blockers > 0 ? { kind: 'clear_blockers', count: blockers } : next,
    editable: outbox.editable,
    finishedAt: timeOf(site.finishedAt),
    finishedBy: site.finishedBy,
    releasedAt: timeOf(site.releasedAt),
    savedAt: timeOf(site.updatedAt),
  };
}

/** Codes that say "not done yet" rather than "wrong". */
const unfinished: ReadonlySet<Finding['code']> = new Set<Finding['code']>([
  'site.field_missing',
  'OWNER_EMAIL_MISSING',
  'site.no_hub',
  'IQ_NOT_PAIRED',
  'DOOR_WITHOUT_LOCK',
  'LOCK_NOT_ATTACHED',
  'DOOR_UNTESTED',
]);

function stepsOf(
  site: SiteRecord,
  devices: readonly DeviceRecord[],
  findings: readonly Finding[],
): Site['steps'] {
  const hubs = devices.filter((device) => device.kind === 'iq');
  const doors = countDoors(devices);
  const ready = devices.filter(isReady).length;
  const customerOpen = findings.filter(
    (found) => found.step === 'customer' && found.severity === 'blocker',
  ).length;
  const step = (name: Finding['step'], done: number, total: number): Site['steps'][number] => {
    const here = findings.filter((found) => found.step === name);
    return { step: name, state: stepState(here, done, total), done, total };
  };
  return [
    step('customer', 9 - Math.min(9, customerOpen), 9),
    step('hardware', ready, devices.length),
    step('network', hubs.filter((hub) => hub.networkProven).length, hubs.length),
    step('doors', doors.tested, doors.planned),
    {
      step: 'handover',
      state:
        site.finishedAt !== null
          ? 'done'
          : findings.some((f) => f.severity === 'blocker')
            ? 'not_yet'
            : 'open',
      done: site.finishedAt === null ? 0 : 1,
      total: 1,
    },
  ];
}

function stepState(
  findings: readonly Finding[],
  done: number,
  total: number,
): Site['steps'][number]['state'] {
  if (findings.some((found) => found.severity === 'blocker' && !unfinished.has(found.code))) return 'blocker';
  if (done < total || total === 0) return done === 0 ? 'not_yet' : 'open';
  return findings.some((found) => found.severity === 'warning') ? 'warning' : 'done';
}
