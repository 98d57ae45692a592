import type { Violation } from '../problem.ts';
import type { IqLimits } from './account.ts';

/** One place in a tree, as it is put (`TreeItem`); ids in lower case. */
export interface TreeItem {
  readonly id: string;
  readonly parent_id: string | null;
  readonly hardware_type: 'lock' | 'repeater';
}

/** What the rules need to know of a lock or repeater of the installation. */
export interface TreeDevice {
  readonly kind: 'lock' | 'repeater';
  readonly communication_type: string;
  readonly link_state: 'attached' | 'detached_pending' | 'detached';
  /** The IQ in whose tree it is, or which it is leaving. */
  readonly iq_id: string | null;
}

type Rule =
  | 'UNKNOWN_ID'
  | 'DUPLICATE_ID'
  | 'KIND'
  | 'IN_OTHER_TREE'
  | 'DETACH_PENDING'
  | 'PARENT'
  | 'IQ_LOCKS_MAX'
  | 'IQ_REPEATERS_MAX'
  | 'REPEATER_DEPTH'
  | 'REPEATER_BRANCHES'
  | 'LOCK_BESIDE_REPEATER'
  | 'RADIO_MISMATCH';

/**
 * Everything wrong with a tree, item by item (C22).
 * @param find a device of the installation that is not being deleted
 */
export function treeViolations(
  iqId: string,
  items: readonly TreeItem[],
  find: (id: string) => TreeDevice | undefined,
  limits: IqLimits,
): Violation[] {
  const violations: Violation[] = [];
  const places = new Map<string, { device: TreeDevice; depth: number; branches: number }>();
  const hasRepeater = items.some((item) => item.hardware_type === 'repeater');
  const counts = { lock: 0, repeater: 0 };

  for (const [index, item] of items.entries()) {
    const report = (rule: Rule) => violations.push({ pointer: `/iq_tree_items/${index}`, rule });
    const device = find(item.id);
    if (places.has(item.id)) {
      report('DUPLICATE_ID');
      continue;
    }
    if (!device) {
      report('UNKNOWN_ID');
      continue;
    }
    reportPlace(iqId, item, device, report);
    counts[device.kind] += 1;
    if (device.kind === 'lock' && counts.lock > limits.locks_max) report('IQ_LOCKS_MAX');
    if (device.kind === 'repeater' && counts.repeater > limits.repeaters_max) report('IQ_REPEATERS_MAX');

    const parent = item.parent_id === null ? undefined : places.get(item.parent_id);
    const depth = (parent?.depth ?? 0) + 1;
    places.set(item.id, { device, depth, branches: 0 });
    if (item.parent_id !== null && parent?.device.kind !== 'repeater') {
      report('PARENT');
    } else if (parent) {
      if (parent.device.communication_type !== device.communication_type) report('RADIO_MISMATCH');
      if (device.kind === 'repeater') {
        parent.branches += 1;
        if (parent.branches > limits.repeater_branches_max) report('REPEATER_BRANCHES');
      }
    } else if (isBesideRepeater(device, hasRepeater) && !limits.blue_net_lock_beside_repeater) {
      report('LOCK_BESIDE_REPEATER');
    }
    if (device.kind === 'repeater' && depth > limits.repeater_depth_max) report('REPEATER_DEPTH');
  }
  return violations;
}

function reportPlace(iqId: string, item: TreeItem, device: TreeDevice, report: (rule: Rule) => void): void {
  if (device.kind !== item.hardware_type) report('KIND');
  if (device.iq_id === iqId) return;
  if (device.link_state === 'attached') report('IN_OTHER_TREE');
  // A device that is detaching may return to the tree it left, to no other (C23).
  if (device.link_state === 'detached_pending') report('DETACH_PENDING');
}

function isBesideRepeater(device: TreeDevice, hasRepeater: boolean): boolean {
  return hasRepeater && device.kind === 'lock' && device.communication_type === 'blue_net';
}
