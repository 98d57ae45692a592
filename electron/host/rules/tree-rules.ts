import type { Finding } from '../../contract/index.ts';
import { belowHub } from './device-rules.ts';
import {
  defaultLimits,
  finding,
  type IqLimits,
  type PlannedDevice,
  type Rule,
  type RuleContext,
} from './plan.ts';
import { isAttached } from './states.ts';

/** The limits in force for a hub's model. */
export function limitsOf(iq: Pick<PlannedDevice, 'model'>, context: Pick<RuleContext, 'limits'>): IqLimits {
  return (
    (iq.model === null ? undefined : context.limits.get(iq.model)) ?? context.limits.get('*') ?? defaultLimits
  );
}

/** Repeaters in a row from the hub down to this one, itself included. */
function depthOf(device: PlannedDevice, byId: ReadonlyMap<string, PlannedDevice>): number {
  let depth = 0;
  for (let at: PlannedDevice | undefined = device; at?.kind === 'repeater'; at = byId.get(at.parentId ?? ''))
    depth += 1;
  return depth;
}

/** Names every device past the limit, so that each can be moved away; what is attached already has its place. */
function pastLimit(
  code: 'IQ_LOCKS_MAX' | 'IQ_REPEATERS_MAX' | 'REPEATER_BRANCHES',
  devices: readonly PlannedDevice[],
  limit: number,
  at: PlannedDevice,
): Finding[] {
  const inOrder = [...devices.filter(isAttached), ...devices.filter((device) => !isAttached(device))];
  return inOrder.slice(limit).map((device) => {
    const params = { device: device.name, hub: at.name, limit, count: devices.length };
    return finding(code, 'blocker', 'hardware', params, device.id);
  });
}

const counts: Rule = {
  codes: ['IQ_LOCKS_MAX', 'IQ_REPEATERS_MAX', 'LOCK_BESIDE_REPEATER'],
  phase: 'plan',
  check: (plan, context) =>
    plan.devices
      .filter((device) => device.kind === 'iq')
      .flatMap((iq) => {
        const limits = limitsOf(iq, context);
        const below = belowHub(plan, iq.id);
        const locks = below.filter((device) => device.kind === 'lock');
        const repeaters = below.filter((device) => device.kind === 'repeater');
        const beside =
          repeaters.length === 0 || limits.blueNetLockBesideRepeater
            ? []
            : locks.filter((lock) => lock.parentId === iq.id && lock.radio === 'blue_net');
        return [
          ...pastLimit('IQ_LOCKS_MAX', locks, limits.locksMax, iq),
          ...pastLimit('IQ_REPEATERS_MAX', repeaters, limits.repeatersMax, iq),
          ...beside.map((lock) =>
            finding(
              'LOCK_BESIDE_REPEATER',
              'blocker',
              'hardware',
              { device: lock.name, hub: iq.name },
              lock.id,
            ),
          ),
        ];
      }),
};

const shape: Rule = {
  codes: ['REPEATER_DEPTH', 'REPEATER_BRANCHES', 'RADIO_MISMATCH'],
  phase: 'plan',
  check: (plan, context) => {
    const byId = new Map(plan.devices.map((device) => [device.id, device]));
    return plan.devices
      .filter((device) => device.kind === 'iq')
      .flatMap((iq) => {
        const limits = limitsOf(iq, context);
        const below = belowHub(plan, iq.id);
        return below.flatMap((device) => {
          const found: Finding[] = [];
          const parent = byId.get(device.parentId ?? '');
          if (device.kind === 'repeater') {
            if (depthOf(device, byId) > limits.repeaterDepthMax) {
              const params = { device: device.name, limit: limits.repeaterDepthMax };
              found.push(finding('REPEATER_DEPTH', 'blocker', 'hardware', params, device.id));
            }
            const branches = below.filter(
              (child) => child.parentId === device.id && child.kind === 'repeater',
            );
            found.push(...pastLimit('REPEATER_BRANCHES', branches, limits.repeaterBranchesMax, device));
          }
          if (
            parent?.kind === 'repeater' &&
            parent.radio !== null &&
            device.radio !== null &&
            parent.radio !== device.radio
          ) {
            const params = {
              device: device.name,
              radio: device.radio,
              parent: parent.name,
              parentRadio: parent.radio,
            };
            found.push(finding('RADIO_MISMATCH', 'blocker', 'hardware', params, device.id));
          }
          return found;
        });
      });
  },
};

/** Rules about the tree below a hub (C22 says the same to the cloud). */
export const treeRules: readonly Rule[] = [counts, shape];
