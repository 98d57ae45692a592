import { CodedError } from '../../../electron/contract/errors.ts';
import { CommissioningError, SmpRefusal } from '../../smp/index.ts';
import {
  type Attachment,
  type AttachState,
  DeviceKind,
  type Health,
  type Identity,
  type SettingsToWrite,
  type Tree,
  type TreeItem,
} from '../commands/index.ts';
import type { Device } from '../device.ts';
import type { StepTools } from '../workflow.ts';
import type { TrustedTime } from './set-clock.ts';

/** How the laptop reaches a child: over a channel of its own, or not at all. */
export type ChildWay =
  | {
      readonly kind: 'channel';
      /** Gives the child, connected and paired; the workflow closes it when it is through with it. */
      readonly connect: (signal: AbortSignal) => Promise<Device>;
    }
  /** The person presents the maintenance card at it. */
  | { readonly kind: 'card' };

/** A hub, and the repeater below it that a child hung on; no `parent` means the hub itself. */
export interface HeldBy {
  readonly hub: string;
  readonly parent?: string | undefined;
}

/** A repeater or lock as the plan has it. */
export interface ChildPlan {
  /** As in `identity.mac`. */
  readonly id: string;
  readonly kind: 'repeater' | 'lock';
  /** The repeater above it; undefined for the hub itself. */
  readonly parentId?: string | undefined;
  readonly way: ChildWay;
  /**
   * The place that the child itself still believes in, where a hub was made to forget it, or was replaced, without
   * its knowing. It is let free first: over a channel by us, with the card by its own call.
   */
  readonly heldBy?: HeldBy | undefined;
  /** A lock's settings; undefined leaves them as they are. */
  readonly settings?: SettingsToWrite | undefined;
}

/** What is known of a child once it is attached for good. */
export interface AttachedChild {
  readonly id: string;
  /** dBm as heard by the hub; undefined where it was not heard since. */
  readonly rssi: number | undefined;
  /** Undefined with the card, and where a resumed run found everything done. */
  readonly identity: Identity | undefined;
  readonly health: Health | undefined;
}

/** One child while it is worked on. */
export interface ChildWork {
  readonly plan: ChildPlan;
  readonly hub: Device;
  readonly time: TrustedTime;
  readonly onAttached: (child: AttachedChild) => void;
  /** The child itself, while connected. */
  device: Device | undefined;
  health: Health | undefined;
  ticket: Uint8Array | undefined;
  /** What the child said of itself in this run, as long as nothing was written since that may have changed it. */
  joinState: AttachState | undefined;
  /** Hub and child are through already; nothing is left to do. */
  settled: boolean;
}

/** The hub is asked at once whether it has heard the child, then ever more seldom, in milliseconds. */
const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 1_000;

/** The number of a child's kind in the tree (A46). */
export function typeOf(plan: ChildPlan): 2 | 3 {
  return plan.kind === 'lock' ? DeviceKind.lock : DeviceKind.repeater;
}

/**
 * The tree with the child in its planned place. The order is kept: what is there stays, a new child stands last, and
 * one that moves does so together with what hangs below it, parents before children (A45). Undefined where it is
 * there already.
 */
export function treeWithChild(tree: Tree, plan: ChildPlan): Tree | undefined {
  const wanted: TreeItem = {
    id: plan.id,
    ...(plan.parentId === undefined ? {} : { parent: plan.parentId }),
    type: typeOf(plan),
  };
  if (tree.items.some((item) => isSameItem(item, wanted))) return undefined;
  const moved = new Set([plan.id]);
  for (const { id, parent } of tree.items) if (parent !== undefined && moved.has(parent)) moved.add(id);
  const below = tree.items.filter(({ id }) => id !== plan.id && moved.has(id));
  return { rev: tree.rev, items: [...tree.items.filter(({ id }) => !moved.has(id)), wanted, ...below] };
}

function isSameItem(one: TreeItem, other: TreeItem): boolean {
  return one.id === other.id && one.parent === other.parent && one.type === other.type;
}

/** Repeaters before what hangs below them, else in the order given. */
export function inTreeOrder<Plan extends Pick<ChildPlan, 'id' | 'parentId'>>(plans: readonly Plan[]): Plan[] {
  const ordered: Plan[] = [];
  const add = (plan: Plan, below: readonly Plan[]): void => {
    if (ordered.includes(plan) || below.includes(plan)) return;
    const parent = plans.find(({ id }) => id === plan.parentId);
    if (parent !== undefined) add(parent, [...below, plan]);
    ordered.push(plan);
  };
  for (const plan of plans) add(plan, []);
  return ordered;
}

/** What the hub knows of a child; undefined where it is not in the tree (A47). */
export async function attachmentOf(
  hub: Device,
  id: string,
  signal: AbortSignal,
): Promise<Attachment | undefined> {
  try {
    return await hub.attachment(id, { signal });
  } catch (caught) {
    const unknown = caught instanceof SmpRefusal && caught.isCommissioning(CommissioningError.idUnknown);
    if (unknown) return undefined;
    throw caught;
  }
}

/**
 * Whether hub and child are through: the child stands in its place, attached, and nothing is armed by this
 * work any more. The hub commits last, so this holds for the child, too (A38).
 */
export async function isSettled(child: ChildWork, tools: StepTools): Promise<boolean> {
  const { hub, plan } = child;
  if (child.settled) return true;
  if (tools.failsafe(hub).armed || (await tools.failsafe(hub).isOurs(tools.signal))) return false;
  const attachment = await attachmentOf(hub, plan.id, tools.signal);
  if (attachment?.state !== 'attached') return false;
  const tree = await hub.tree({ signal: tools.signal });
  child.settled = treeWithChild(tree, plan) === undefined;
  if (child.settled) tellAttached(child, attachment);
  return child.settled;
}

/**
 * Arms the hub and puts the child into its tree, unless it is there. One that stands elsewhere in this same tree and was
 * let free by itself before is let go by the hub, too, under the same failsafe: in the other order the hub may fall
 * into a reboot loop, and an item that is not detached does not move (A45).
 */
export async function writeTree({ hub, plan }: ChildWork, tools: StepTools): Promise<void> {
  const { signal } = tools;
  await tools.failsafe(hub).arm(signal);
  await assertParent(hub, plan, signal);
  const tree = treeWithChild(await hub.tree({ signal }), plan);
  if (tree === undefined) return;
  if (plan.way.kind === 'channel' && plan.heldBy?.hub === hub.identity.mac) {
    const attachment = await attachmentOf(hub, plan.id, signal);
    if (attachment !== undefined && attachment.state !== 'detached')
      await hub.detach({ id: plan.id, force: true }, { signal });
  }
  try {
    await hub.writeTree(tree, { signal });
  } catch (caught) {
    const rule = caught instanceof CodedError && caught.code === 'commission.tree_rule';
    throw rule ? new CodedError('commission.tree_rule', { device: plan.id }, { cause: caught }) : caught;
  }
}

/** A child below a repeater is heard only if that is attached. */
async function assertParent(hub: Device, plan: ChildPlan, signal: AbortSignal): Promise<void> {
  if (plan.parentId === undefined) return;
  const parent = await attachmentOf(hub, plan.parentId, signal);
  if (parent?.state === 'attached') return;
  throw new CodedError('commission.parent_missing', { device: plan.id, parent: plan.parentId });
}

/**
 * Asks the hub until it has heard the child, keeping everything armed; false once `limitMs` has passed.
 * @throws CodedError `commission.failsafe_expired` if the hub has forgotten the child: the laptop slept, or
 * the hub restarted.
 */
export async function waitUntilAttached(
  { hub, plan }: ChildWork,
  limitMs: number,
  tools: StepTools,
): Promise<boolean> {
  const beganTicks = tools.clock.ticks();
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(2 * pollMs, LONGEST_POLL_MS)) {
    const attachment = await attachmentOf(hub, plan.id, tools.signal);
    if (attachment?.state === 'attached') return true;
    if (attachment?.state !== 'attach_pending') {
      throw new CodedError('commission.failsafe_expired', { device: plan.id });
    }
    if (tools.clock.ticks() - beganTicks >= limitMs) return false;
    await tools.keepArmed();
    await tools.sleep(pollMs);
  }
}

/** Tells that the child is attached for good. */
export function tellAttached(child: ChildWork, attachment: Attachment | undefined): void {
  child.onAttached({
    id: child.plan.id,
    rssi: attachment?.rssi,
    identity: child.device?.identity,
    health: child.health,
  });
}

/** Lets the child's channel go, if there is one. */
export async function letGo(child: ChildWork): Promise<void> {
  const { device } = child;
  child.device = undefined;
  child.joinState = undefined;
  await device?.close();
}
