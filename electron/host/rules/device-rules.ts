import type { Finding } from '../../contract/index.ts';
import { isKnownCodeForm, macFits, nameKey } from './forms.ts';
import { finding, type PlannedDevice, type Rule, type SitePlan, weakSignalDbm } from './plan.ts';

/** States in which a lock or repeater belongs to its hub. */
const attachedStates = new Set<PlannedDevice['state']>(['attached', 'tested', 'faulty']);

/** States in which a hub has proved its activation code. */
const pairedStates = new Set<PlannedDevice['state']>(['paired', 'configured', 'attached', 'tested']);

/** Writes a code the one way in which codes compare (A23). */
export function codeKey(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

const codeForm: Rule = {
  codes: ['CODE_FORMAT'],
  phase: 'plan',
  check: ({ devices }) =>
    devices.flatMap((device) => {
      const { mac, kind, radio, activationCode } = device;
      const params = { device: device.name, kind };
      if (mac !== null && (mac === '00.00.00' || !macFits(mac, kind, radio))) {
        return [finding('CODE_FORMAT', 'blocker', 'hardware', { ...params, value: mac }, device.id)];
      }
      if (kind === 'iq' && activationCode !== null && !isKnownCodeForm(activationCode)) {
        return [finding('CODE_FORMAT', 'warning', 'hardware', { ...params, value: 'masked' }, device.id)];
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
      const macKey = device.mac === null ? null : `mac ${device.mac}`;
      const secretKey = device.activationCode === null ? null : `code ${codeKey(device.activationCode)}`;
      const own = new Set([macKey, secretKey].filter((key) => key !== null));
      const other = [...own].map((key) => seen.get(key) ?? elsewhere(key)).find((hit) => hit !== undefined);
      if (other !== undefined) {
        const params = { device: device.name, otherSite: other.site, otherDevice: other.device };
        found.push(finding('CODE_DUPLICATE', 'blocker', 'hardware', params, device.id));
      }
      for (const key of own) if (!seen.has(key)) seen.set(key, { site: site.name, device: device.name });
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
  if (!pairedStates.has(iq.state)) found.push(finding('IQ_NOT_PAIRED', 'blocker', 'hardware', params, iq.id));
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
  codes: ['DOOR_WITHOUT_LOCK', 'LOCK_NOT_ATTACHED', 'DOOR_UNTESTED', 'SIGNAL_WEAK'],
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
      if (!attachedStates.has(device.state)) {
        return [finding('LOCK_NOT_ATTACHED', 'blocker', 'hardware', params, device.id)];
      }
      const found: Finding[] = [];
      if (device.kind === 'lock' && device.state !== 'tested') {
        found.push(finding('DOOR_UNTESTED', 'blocker', 'doors', params, device.id));
      }
      if (device.rssi !== null && device.rssi < weakSignalDbm) {
        found.push(finding('SIGNAL_WEAK', 'warning', 'doors', { ...params, rssi: device.rssi }, device.id));
      }
      return found;
    }),
};

/** Rules about single devices, their codes and their progress. */
export const deviceRules: readonly Rule[] = [codeForm, codeDuplicate, nameDuplicate, hubs, doors];
