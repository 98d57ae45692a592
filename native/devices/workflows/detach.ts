import { CodedError } from '../../../electron/contract/errors.ts';
import type { Clock } from '../../smp/index.ts';
import type { Device } from '../device.ts';
import type { Journal } from '../journal.ts';
import { type Progress, runWorkflow, type Step, type StepTools } from '../workflow.ts';
import { attachmentOf } from './child.ts';
import { connectAwake } from './connect-awake.ts';

/** A repeater or lock to detach. */
export interface ChildToDetach {
  /** As in `identity.mac`. */
  readonly id: string;
  /**
   * Gives the child itself, connected and paired, where the laptop hears it: a forced detachment then tells the
   * child, too. The workflow closes what it gets.
   */
  readonly connect?: ((signal: AbortSignal) => Promise<Device>) | undefined;
  /** Known from an earlier piece of work: its hub was made to forget it, and it was not told. */
  readonly untold?: boolean | undefined;
}

/** What became of a child. */
export interface DetachedChild {
  readonly id: string;
  /** Whether the child itself knows it. What does not still calls its hub, until it is told or reset. */
  readonly confirmed: boolean;
}

/** What detaching children of one hub needs. */
export interface DetachOptions {
  readonly id: string;
  /** A paired hub. */
  readonly hub: Device;
  /** Children before the repeater above them. */
  readonly children: readonly ChildToDetach[];
  /** Does not wait for the child's confirmation: for one that is broken, lost, or does not answer (A49). */
  readonly force: boolean;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told once the hub has taken the order: from then on it detaches the child whenever it hears it. */
  readonly onAsked: (id: string) => void;
  /** Told once the child is out of the hub's tree for good. */
  readonly onDetached: (child: DetachedChild) => void;
}

const ORDER_LIMIT_MS = 30_000;
/** A child that has not called its hub for so long will not soon. */
export const CONFIRM_LIMIT_MS = 120_000;
const CONFIRM_STEP_LIMIT_MS = CONFIRM_LIMIT_MS + 30_000;
/** How long a child that the laptop hears may be asleep before a forced detachment does without it. */
const WAKE_LIMIT_MS = 30_000;
const TELL_LIMIT_MS = WAKE_LIMIT_MS + 30_000;
const FIRST_POLL_MS = 200;
const LONGEST_POLL_MS = 2_000;

interface ChildWork {
  readonly child: ChildToDetach;
  readonly options: DetachOptions;
}

/**
 * Detaches children one after the other and takes each out of the tree, whose order stays (A45, A49). The hub keeps
 * the order to detach at once, so a cancelled or broken run leaves a child pending, never half: called again, it goes
 * on. What is detached and gone already is skipped.
 * @throws CodedError `commission.detach_unconfirmed`, `commission.has_children`, `commission.tree_changed`,
 * `device.*`, or what the way gives.
 */
export async function detachChildren(options: DetachOptions): Promise<void> {
  const { id, journal, clock, signal, onProgress, children } = options;
  const steps = children.flatMap((child) => stepsOf({ child, options }));
  await runWorkflow<undefined>({ id, steps, context: undefined, journal, clock, signal, onProgress });
}

function stepsOf(work: ChildWork): readonly Step<undefined>[] {
  const { child, options } = work;
  const stage = (step: string, timeoutMs: number, run: (tools: StepTools) => Promise<void>) => ({
    step,
    device: child.id,
    timeoutMs,
    rearms: false,
    run: (_: undefined, tools: StepTools) => run(tools),
  });
  const last: Step<undefined> = {
    ...stage('untree', ORDER_LIMIT_MS, (tools) => takeOut(work, tools)),
    settles: true,
  };
  return options.force
    ? [
        stage('order', ORDER_LIMIT_MS, (tools) => order(work, tools)),
        stage('tell', TELL_LIMIT_MS, (tools) => tellChild(work, tools)),
        last,
      ]
    : [
        stage('order', ORDER_LIMIT_MS, (tools) => order(work, tools)),
        stage('confirmation', CONFIRM_STEP_LIMIT_MS, (tools) => waitForConfirmation(work, tools)),
        last,
      ];
}

/**
 * Given unarmed, so that the hub keeps it (A37): rolled back after the child has left, it would leave the hub alone
 * with an attachment. What a run that died left armed is only the tree, and is written again.
 */
async function order({ child, options }: ChildWork, { signal, journal }: StepTools): Promise<void> {
  const { hub, force, onAsked } = options;
  if ((await hub.failsafe({ signal })).left > 0) await hub.disarm({ signal });
  const below = (await hub.tree({ signal })).items.find(({ parent }) => parent === child.id);
  if (below !== undefined) {
    throw new CodedError('commission.has_children', { device: child.id, child: below.id });
  }
  const state = (await attachmentOf(hub, child.id, signal))?.state ?? 'detached';
  if (state === 'detached') return;
  if (force) journal.remember(untoldFact(child), 'yes');
  if (force || state !== 'detach_pending') await hub.detach({ id: child.id, force }, { signal });
  onAsked(child.id);
}

/** The child confirms when it calls its hub the next time. */
async function waitForConfirmation({ child, options }: ChildWork, tools: StepTools): Promise<void> {
  const beganTicks = tools.clock.ticks();
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(2 * pollMs, LONGEST_POLL_MS)) {
    const attachment = await attachmentOf(options.hub, child.id, tools.signal);
    if (attachment === undefined || attachment.state === 'detached') return;
    if (tools.clock.ticks() - beganTicks >= CONFIRM_LIMIT_MS) {
      const seconds = Math.round(CONFIRM_LIMIT_MS / 1000);
      throw new CodedError('commission.detach_unconfirmed', { device: child.id, seconds });
    }
    await tools.sleep(pollMs);
  }
}

/** Tells the child what its hub was made to forget; without it, the child is left untold. */
async function tellChild({ child }: ChildWork, tools: StepTools): Promise<void> {
  if (child.connect === undefined || !isUntold(child, tools.journal)) return;
  let device: Device | undefined;
  try {
    device = await connectAwake(child.connect, tools, { limitMs: WAKE_LIMIT_MS, hand: 'present_card' });
    if (device.identity.mac !== child.id) return;
    await free(device, tools.signal);
    tools.journal.remember(untoldFact(child), 'no');
  } catch (caught) {
    if (tools.signal.aborted) throw caught;
  } finally {
    tools.needs(undefined);
    await device?.close();
  }
}

/** Lets a child go free for good, whatever hub it believes to belong to. */
async function free(device: Device, signal: AbortSignal): Promise<void> {
  if ((await device.failsafe({ signal })).left > 0) await device.disarm({ signal });
  await device.detach({ force: true }, { signal });
}

/** Takes the child out of the tree; nothing else moves, and what another laptop wrote meanwhile stands (A45). */
async function takeOut({ child, options }: ChildWork, tools: StepTools): Promise<void> {
  const { hub, onDetached } = options;
  const { signal } = tools;
  const confirmed = !isUntold(child, tools.journal);
  const { rev, items } = await hub.tree({ signal });
  if (items.some(({ id }) => id === child.id)) {
    const failsafe = tools.failsafe(hub);
    await failsafe.arm(signal);
    await hub.writeTree({ rev, items: items.filter(({ id }) => id !== child.id) }, { signal });
    await failsafe.commit(signal);
  }
  onDetached({ id: child.id, confirmed });
}

/** Whether the hub was made to forget a child that does not know it yet. */
function isUntold(child: ChildToDetach, journal: Journal): boolean {
  return (journal.recall(untoldFact(child)) ?? (child.untold === true ? 'yes' : 'no')) === 'yes';
}

function untoldFact({ id }: ChildToDetach): string {
  return `untold ${id}`;
}
