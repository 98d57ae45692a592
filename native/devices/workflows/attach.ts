import { CodedError } from '../../../electron/contract/errors.ts';
import type { Clock } from '../../smp/index.ts';
import type { Device } from '../device.ts';
import type { Journal } from '../journal.ts';
import { type Progress, runWorkflow } from '../workflow.ts';
import { cardSteps } from './attach-by-card.ts';
import { channelSteps } from './attach-over-channel.ts';
import { type AttachedChild, type ChildPlan, type ChildWork, inTreeOrder, letGo } from './child.ts';
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
 * Attaches children one after the other, each wholly or not at all: a failure leaves the ones before it
 * attached, and everything about this one as it was. Resumed by calling it again with the same journal.
 * @throws CodedError `commission.reboot_loop` before anything is sent; `commission.*`, `device.*`, `pairing.*`, or what the ways give.
 */
export async function attachChildren(options: AttachOptions): Promise<void> {
  const { id, hub, time, journal, clock, signal, onProgress, onAttached } = options;
  assertNoRebootLoop(options);
  const children = inTreeOrder(options.children).map(
    (plan): ChildWork => ({
      plan,
      hub,
      time,
      onAttached,
      device: undefined,
      health: undefined,
      ticket: undefined,
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
