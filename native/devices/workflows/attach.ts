import { CodedError } from '../../../electron/contract/errors.ts';
import type { Clock } from '../../smp/index.ts';
import { DeviceKind } from '../commands/index.ts';
import type { Device } from '../device.ts';
import type { Journal } from '../journal.ts';
import { type Progress, runWorkflow } from '../workflow.ts';
import { cardSteps } from './attach-by-card.ts';
import { channelSteps } from './attach-over-channel.ts';
import {
  type AttachedChild,
  type ChildPlan,
  type ChildWork,
  inTreeOrder,
  letGo,
  treeWithChild,
} from './child.ts';
import type { TrustedTime } from './set-clock.ts';

/** What attaching repeaters and locks to one hub needs. */
export interface AttachOptions {
  readonly id: string;
  /** A paired hub. */
  readonly hub: Device;
  /** In the plan's order; a repeater among them is attached before what hangs below it. */
  readonly children: readonly ChildPlan[];
  readonly time: TrustedTime;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told of each child as soon as it is attached for good, also of those that were so before. */
  readonly onAttached: (child: AttachedChild) => void;
}

/**
 * Attached elsewhere in the tree of the same hub before it has confirmed that it left, a child can put the hub into a
 * reboot loop. Over a channel it is let free first; with the card nothing can be, so this is refused.
 */
function assertNoRebootLoop({ hub, children }: AttachOptions): void {
  const risky = children.find(
    ({ way, heldBy, parentId }) =>
      way.kind === 'card' && heldBy?.hub === hub.identity.mac && heldBy.parent !== parentId,
  );
  if (risky !== undefined) throw new CodedError('commission.reboot_loop', { device: risky.id });
}

/**
 * The plan may not know whom the hub carries already: another laptop attached them. So the hub's own tree is read and
 * counted with everybody who is to come, before anything is written (A45).
 * @throws CodedError `IQ_LOCKS_MAX` or `IQ_REPEATERS_MAX`, naming the first that finds no room
 */
async function assertRoom(hub: Device, children: readonly ChildPlan[], signal: AbortSignal): Promise<void> {
  let tree = await hub.tree({ signal });
  for (const child of children) {
    tree = treeWithChild(tree, child) ?? tree;
    for (const [type, limit, code] of ROOM) {
      const count = tree.items.filter((item) => item.type === type).length;
      const params = { device: child.id, hub: hub.identity.mac, limit, count };
      if (count > limit) throw new CodedError(code, params);
    }
  }
}

/** How many of a kind any hub carries (A45). */
const ROOM = [
  [DeviceKind.lock, 16, 'IQ_LOCKS_MAX'],
  [DeviceKind.repeater, 6, 'IQ_REPEATERS_MAX'],
] as const;

/**
 * Attaches children one after the other, each wholly or not at all: a failure leaves the ones before it
 * attached, and everything about this one as it was. Resumed by calling it again with the same journal.
 * @throws CodedError before anything is written `commission.reboot_loop`, `IQ_LOCKS_MAX`, `IQ_REPEATERS_MAX`; later `commission.*`, `device.*`, `pairing.*`, or what the ways give.
 */
export async function attachChildren(options: AttachOptions): Promise<void> {
  const { id, hub, time, journal, clock, signal, onProgress, onAttached } = options;
  assertNoRebootLoop(options);
  const plans = inTreeOrder(options.children);
  await assertRoom(hub, plans, signal);
  const children = plans.map(
    (plan): ChildWork => ({
      plan,
      hub,
      time,
      onAttached,
      device: undefined,
      health: undefined,
      ticket: undefined,
      joinState: undefined,
      settled: false,
    }),
  );
  const steps = children.flatMap((child) =>
    child.plan.way.kind === 'card' ? cardSteps(child) : channelSteps(child),
  );
  try {
    await runWorkflow<unknown>({ id, steps, context: undefined, journal, clock, signal, onProgress });
  } finally {
    for (const child of children) await letGo(child);
  }
}
