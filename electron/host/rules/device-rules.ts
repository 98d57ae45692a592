import {
  compareVersions,
  type Finding,
  firmwareModelOf,
  lowBatteryPercent,
  weakSignalDbm,
} from '../../contract/index.ts';
import { isKnownCodeForm, macFits, nameKey } from './forms.ts';
import { finding, type PlannedDevice, type Rule, type SitePlan } from './plan.ts';
import { isAttached, isPaired } from './states.ts';

/** Writes a code the one way in which codes compare (A23). */
export function codeKey(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** What must be a device's own: its MAC and its activation code, as `elsewhere` is asked for them. */
export function keysOf({
  mac,
  activationCode,
}: Pick<PlannedDevice, 'mac' | 'activationCode'>): { field: 'mac' | 'activation_code'; key: string }[] {
  return [
    ...(mac === null ? [] : [{ field: 'mac' as const, key: `mac ${mac}` }]),
    ...(activationCode === null
      ? []
      : [{ field: 'activation_code' as const, key: `code ${codeKey(activationCode)}` }]),
  ];
}

const codeForm: Rule = {
  codes: ['CODE_FORMAT'],
  phase: 'plan',
  check: ({ devices }) =>
    devices.flatMap((device) => {
      const { mac, kind, radio, activationCode } = device;
      const params = { device: device.name, kind };
      if (mac !== null && (mac === '00.00.00' || !macFits(mac, kind, radio))) {
        const wrong = { ...params, field: 'mac', value: mac };
        return [finding('CODE_FORMAT', 'blocker', 'hardware', wrong, device.id)];
      }
      if (kind === 'iq' && activationCode !== null && !isKnownCodeForm(activationCode)) {
        const unusual = { ...params, field: 'activation_code', value: 'masked' };
        return [finding('CODE_FORMAT', 'warning', 'hardware', unusual, device.id)];
      }
      return [];
    }),
};

const codeDuplicate: Rule = {
  codes: ['CODE_DUPLICATE'],
  phase: 'plan',
  check: ({ site, devices }, { elsewhere }) => {
    const seen = new Map<string, { site: string; device: string }>();
    const found: Finding[] = [];
    for (const device of devices) {
      const keys = keysOf(device);
      const doubled = keys
        .map(({ field, key }) => ({ field, owner: seen.get(key) ?? elsewhere(key) }))
        .find(({ owner }) => owner !== undefined);
      if (doubled?.owner !== undefined) {
        const { field, owner } = doubled;
        const params = { device: device.name, field, otherSite: owner.site, otherDevice: owner.device };
        found.push(finding('CODE_DUPLICATE', 'blocker', 'hardware', params, device.id));
      }
      for (const { key } of keys) if (!seen.has(key)) seen.set(key, { site: site.name, device: device.name });
    }
    return found;
  },
};

const nameDuplicate: Rule = {
  codes: ['NAME_DUPLICATE'],
  phase: 'plan',
  check: ({ devices }) => {
    const seen = new Set<string>();
    return devices.flatMap((device) => {
      const key = nameKey(device.name);
      if (!seen.has(key)) {
        seen.add(key);
        return [];
      }
      return [finding('NAME_DUPLICATE', 'blocker', 'hardware', { device: device.name }, device.id)];
    });
  },
};

const hubs: Rule = {
  codes: ['site.no_hub', 'IQ_NOT_PAIRED', 'IQ_WITHOUT_LOCK', 'NETWORK_UNPROVEN'],
  phase: 'release',
  check: (plan) => {
    const iqs = plan.devices.filter((device) => device.kind === 'iq');
    if (iqs.length === 0) return [finding('site.no_hub', 'blocker', 'hardware')];
    return iqs.flatMap((iq) => hubFindings(iq, plan));
  },
};

function hubFindings(iq: PlannedDevice, plan: SitePlan): Finding[] {
  const params = { device: iq.name };
  const found: Finding[] = [];
  if (!isPaired(iq)) found.push(finding('IQ_NOT_PAIRED', 'blocker', 'hardware', params, iq.id));
  else if (!iq.networkProven) found.push(finding('NETWORK_UNPROVEN', 'warning', 'network', params, iq.id));
  if (!belowHub(plan, iq.id).some((device) => device.kind === 'lock')) {
    found.push(finding('IQ_WITHOUT_LOCK', 'warning', 'hardware', params, iq.id));
  }
  return found;
}

/** Everything below a hub, in tree order. */
export function belowHub(plan: SitePlan, iqId: string): PlannedDevice[] {
  const inside = new Set([iqId]);
  return plan.devices.filter((device) => {
    if (device.parentId === null || !inside.has(device.parentId)) return false;
    inside.add(device.id);
    return true;
  });
}

const doors: Rule = {
  codes: ['DOOR_WITHOUT_LOCK', 'LOCK_NOT_ATTACHED', 'DOOR_UNTESTED', 'SIGNAL_WEAK', 'BATTERY_LOW'],
  phase: 'release',
  check: ({ devices }) =>
    devices.flatMap((device) => {
      if (device.kind === 'iq') return [];
      const params = { device: device.name, mac: device.mac ?? '' };
      if (device.mac === null) {
        return device.kind === 'lock'
          ? [finding('DOOR_WITHOUT_LOCK', 'blocker', 'doors', params, device.id)]
          : [finding('LOCK_NOT_ATTACHED', 'blocker', 'hardware', params, device.id)];
      }
      if (!isAttached(device)) {
        return [finding('LOCK_NOT_ATTACHED', 'blocker', 'hardware', params, device.id)];
      }
      const found: Finding[] = [];
      if (device.kind === 'lock' && device.state !== 'tested') {
        found.push(finding('DOOR_UNTESTED', 'blocker', 'doors', params, device.id));
      }
      if (device.rssi !== null && device.rssi < weakSignalDbm) {
        found.push(finding('SIGNAL_WEAK', 'warning', 'doors', { ...params, rssi: device.rssi }, device.id));
      }
      if (device.batteryPercent !== null && device.batteryPercent < lowBatteryPercent) {
        const low = { ...params, percent: device.batteryPercent };
        found.push(finding('BATTERY_LOW', 'warning', 'doors', low, device.id));
      }
      return found;
    }),
};

/** A device may be off by this much before it is work to do, in milliseconds (A44). */
const clockToleranceMs = 120_000;

/** Devices that were given the laptop's time, which the cloud's has since shown to be wrong (A44). */
const clocks: Rule = {
  codes: ['CLOCK_WRONG'],
  phase: 'release',
  check: ({ devices }, { clockOffsetMs }) =>
    devices.flatMap((device) => {
      if (device.clockOffsetMs === null || clockOffsetMs === null) return [];
      const offMs = Math.abs(clockOffsetMs - device.clockOffsetMs);
      if (offMs <= clockToleranceMs) return [];
      const params = { device: device.name, minutes: Math.round(offMs / 60_000) };
      return [finding('CLOCK_WRONG', 'blocker', 'hardware', params, device.id)];
    }),
};

/** Devices that run older firmware than this laptop holds for their model. */
const firmware: Rule = {
  codes: ['FIRMWARE_OLD'],
  phase: 'release',
  check: ({ devices }, { newestFirmware }) =>
    devices.flatMap((device) => {
      const model = firmwareModelOf(device.model);
      const available = model && newestFirmware.get(model);
      const { firmware: installed } = device;
      if (installed === null || available === undefined) return [];
      if ((compareVersions(installed, available) ?? 0) >= 0) return [];
      const params = { device: device.name, installed, available };
      return [finding('FIRMWARE_OLD', 'warning', 'hardware', params, device.id)];
    }),
};

/** Rules about single devices, their codes and their progress. */
export const deviceRules: readonly Rule[] = [
  codeForm,
  codeDuplicate,
  nameDuplicate,
  hubs,
  clocks,
  firmware,
  doors,
];
