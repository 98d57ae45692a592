import { CodedError } from '../../../electron/contract/errors.ts';
import type { Journal } from '../journal.ts';
import type { StepTools } from '../workflow.ts';
import { attachmentOf, type ChildWork, typeOf, waitUntilAttached, writeTree } from './child.ts';

/**
 * How far the child's own commit got: not begun, sent without an answer seen, or answered. Kept in the
 * journal, for between the two commits a crash leaves two devices of two minds (A38).
 */
export type Confirmed =
  | { readonly kind: 'nothing' }
  /** Milliseconds since 1970. */
  | { readonly kind: 'asked'; readonly atMs: number }
  | { readonly kind: 'child' };

/** How long the hub is given to hear again a child it has lost at its own commit, in milliseconds. */
const HEAR_AGAIN_LIMIT_MS = 60_000;

/** What this or an earlier run knows of the child's commit. */
export function confirmedSoFar({ plan }: ChildWork, journal: Journal): Confirmed {
  const [kind, at] = (journal.recall(`confirmed ${plan.id}`) ?? '').split(' ');
  if (kind === 'asked') return { kind, atMs: Number(at) };
  return kind === 'child' ? { kind } : { kind: 'nothing' };
}

function rememberAsked({ plan }: ChildWork, { journal, clock }: StepTools): void {
  journal.remember(`confirmed ${plan.id}`, `asked ${clock.now()}`);
}

/** The child holds what was written to it, for good. */
export function rememberConfirmed({ plan }: ChildWork, journal: Journal): void {
  journal.remember(`confirmed ${plan.id}`, 'child');
}

/** Begins anew: the child holds nothing that could be built upon. */
export function forgetConfirmation({ plan }: ChildWork, journal: Journal): void {
  journal.remember(`confirmed ${plan.id}`, 'nothing');
}

/** Keeps the child's public key, with which the hub can be told again without a new ticket (A38). */
export function rememberKey({ plan }: ChildWork, key: Uint8Array, journal: Journal): void {
  journal.remember(`key ${plan.id}`, Buffer.from(key).toString('hex'));
}

/** The key kept by {@link rememberKey}. */
export function rememberedKey({ plan }: ChildWork, journal: Journal): Uint8Array {
  return new Uint8Array(Buffer.from(journal.recall(`key ${plan.id}`) ?? '', 'hex'));
}

/**
 * Arms both for the longest time, sees the child attached on the hub, then commits the child and at once the
 * hub (A38).
 * @throws CodedError `commission.failsafe_expired`, `commission.not_attached`, `commission.half_attached`.
 */
export async function confirmBoth(child: ChildWork, tools: StepTools): Promise<void> {
  const { signal, journal } = tools;
  await tools.failsafe(child.hub).extend(signal);
  await commitChild(child, tools);
  await commitHub(child, tools);
  forgetConfirmation(child, journal);
}

/** The hub has lost what it said before: it cannot have been armed all the time. */
async function assertAttached({ hub, plan }: ChildWork, { signal }: StepTools): Promise<void> {
  const attachment = await attachmentOf(hub, plan.id, signal);
  if (attachment?.state === 'attached') return;
  throw new CodedError('commission.failsafe_expired', { device: plan.id });
}

/** Where the child is not connected, an earlier run has settled its commit, and only the hub is left. */
async function commitChild(child: ChildWork, tools: StepTools): Promise<void> {
  const { device } = child;
  const { signal, journal } = tools;
  const confirmed = confirmedSoFar(child, journal).kind;
  if (device !== undefined && confirmed === 'nothing') await tools.failsafe(device).extend(signal);
  await assertAttached(child, tools);
  if (device === undefined || confirmed === 'child') return;
  rememberAsked(child, tools);
  try {
    await tools.failsafe(device).commit(signal);
  } catch (caught) {
    // Whatever else went wrong leaves open what the child kept, and the next run finds out.
    if (!isExpired(caught)) throw halfAttached(child, caught);
    forgetConfirmation(child, journal);
    throw caught;
  }
  rememberConfirmed(child, journal);
}

/** The child is bound by now: the hub follows, is made to follow, or the child is let free again (A38). */
async function commitHub(child: ChildWork, tools: StepTools): Promise<void> {
  const failsafe = tools.failsafe(child.hub);
  try {
    await failsafe.commit(tools.signal);
  } catch (caught) {
    if (!isExpired(caught)) throw halfAttached(child, caught);
    await tellHubAgain(child, tools);
  }
}

/** The hub went back before its commit: it is told the same again, with the key the child still has. */
async function tellHubAgain(child: ChildWork, tools: StepTools): Promise<void> {
  const { hub, plan, device } = child;
  const { signal, journal } = tools;
  try {
    await writeTree(child, tools);
    const key = rememberedKey(child, journal);
    await hub.attach({ id: plan.id, type: typeOf(plan), key }, { signal });
    if (!(await waitUntilAttached(child, HEAR_AGAIN_LIMIT_MS, tools))) {
      const seconds = HEAR_AGAIN_LIMIT_MS / 1000;
      throw new CodedError('commission.not_attached', { device: plan.id, seconds });
    }
    await tools.failsafe(hub).commit(signal);
  } catch (caught) {
    const freed = await device?.detach({ force: true }).then(
      () => true,
      () => false,
    );
    if (!freed) throw halfAttached(child, caught);
    forgetConfirmation(child, journal);
    throw caught;
  }
}

function isExpired(caught: unknown): boolean {
  return caught instanceof CodedError && caught.code === 'commission.failsafe_expired';
}

/** What one of the two kept is not known, or it is known to be what the other lost. */
function halfAttached({ plan }: ChildWork, cause: unknown): CodedError {
  return new CodedError('commission.half_attached', { device: plan.id }, { cause });
}
