import { CodedError } from '../../../electron/contract/errors.ts';
import type { AttachState, LockCheck, LockSettings, SettingsToWrite } from '../commands/index.ts';
import type { Device } from '../device.ts';
import { ARM_SECONDS } from '../failsafe.ts';
import type { Hand, Step, StepTools } from '../workflow.ts';
import {
  attachmentOf,
  type ChildWork,
  isSettled,
  letGo,
  tellAttached,
  typeOf,
  waitUntilAttached,
  writeTree,
} from './child.ts';
import {
  confirmBoth,
  confirmedSoFar,
  forgetConfirmation,
  rememberConfirmed,
  rememberedKey,
  rememberKey,
} from './confirm-both.ts';
import { connectAwake } from './connect-awake.ts';
import { setTime } from './set-clock.ts';

const WRITE_LIMIT_MS = 30_000;
/** A sleeping lock has to be woken by hand, and over Bluetooth a connection may take several tries. */
const WAKE_LIMIT_MS = 120_000;
const WAKE_POLL_MS = 2_000;
/** Waking, or the end of a failsafe that nobody can ask about, and a few short requests. */
const READY_STEP_LIMIT_MS = Math.max(WAKE_LIMIT_MS, ARM_SECONDS * 1000) + 60_000;
/** Usually under 40 s; a lock that has not reached its hub three times as long will not. */
export const JOIN_LIMIT_MS = 120_000;
/** A lock that says it is attached lets its hub hear it every few seconds. */
const HEAR_LIMIT_MS = 60_000;
const JOIN_STEP_LIMIT_MS = JOIN_LIMIT_MS + 30_000;
/** Three checks at their longest, and a few short requests. */
const TESTS_LIMIT_MS = 3 * 41_000 + 60_000;
/** Two commits, and the way back of A38 if the second fails. */
const CONFIRM_LIMIT_MS = 240_000;

/**
 * The six stages of attaching a lock, or a repeater, that the laptop hears at the same time as its hub
 * (A38, A45–A49). Each stage reads before it writes, so a resumed run writes nothing twice.
 */
export function channelSteps(child: ChildWork): readonly Step<unknown>[] {
  const { plan } = child;
  const check = (_: unknown, tools: StepTools) => isSettled(child, tools);
  const stage = (
    step: string,
    timeoutMs: number,
    run: (tools: StepTools) => Promise<void>,
  ): Step<unknown> => ({
    step,
    device: plan.id,
    timeoutMs,
    rearms: true,
    check,
    run: (_, tools) => run(tools),
  });
  const tests: Step<unknown> = {
    ...stage('tests', TESTS_LIMIT_MS, (tools) => configureAndTest(child, tools)),
    check: async (context, tools) =>
      tools.journal.recall(testedFact(child)) === 'yes' || (await check(context, tools)),
  };
  const free: Step<unknown> = {
    ...stage('free', READY_STEP_LIMIT_MS, (tools) => letFree(child, tools)),
    undo: () => letGo(child),
  };
  return [
    ...(plan.heldBy === undefined ? [] : [free]),
    stage('tree', WRITE_LIMIT_MS, (tools) => writeTree(child, tools)),
    {
      ...stage('ready', READY_STEP_LIMIT_MS, (tools) => makeReady(child, tools)),
      undo: () => letGo(child),
    },
    stage('ticket', WRITE_LIMIT_MS, (tools) => fetchTicket(child, tools)),
    stage('join', JOIN_STEP_LIMIT_MS, (tools) => join(child, tools)),
    ...(plan.kind === 'lock' ? [tests] : []),
    {
      ...stage('confirm', CONFIRM_LIMIT_MS, async (tools) => {
        await confirmBoth(child, tools);
        child.settled = true;
        tellAttached(child, await attachmentOf(child.hub, plan.id, tools.signal).catch(() => undefined));
        await letGo(child);
      }),
      settles: true,
    },
  ];
}

/**
 * Takes the child from the hub that it still believes in. Under its own failsafe: whatever fails afterwards, it goes
 * back to that hub. Its hub here must not be told of a new place before (reboot loop), so this comes first.
 */
async function letFree(child: ChildWork, tools: StepTools): Promise<void> {
  const { signal, journal } = tools;
  if (confirmedSoFar(child, journal).kind !== 'nothing') return;
  const device = await connected(child, tools);
  const takenOver = await tools.failsafe(device).arm(signal);
  if (takenOver && journal.recall(freedFact(child)) === 'yes') return;
  journal.remember(testedFact(child), 'no');
  await device.detach({ force: true }, { signal });
  journal.remember(freedFact(child), 'yes');
}

/** Connects and arms the child, and reads its key; unless an earlier run got as far as its commit. */
async function makeReady(child: ChildWork, tools: StepTools): Promise<void> {
  const { signal, journal } = tools;
  const confirmed = confirmedSoFar(child, journal);
  if (confirmed.kind === 'child') return;
  if (confirmed.kind === 'asked' && (await settleAsked(child, confirmed.atMs, tools))) return;
  const device = await connected(child, tools);
  const takenOver = await tools.failsafe(device).arm(signal);
  if (!takenOver) journal.remember(testedFact(child), 'no');
  const { key, state } = await device.joinState({ signal });
  child.joinState = state;
  rememberKey(child, key, journal);
}

/**
 * An earlier run asked the child to commit and saw no answer; true where the child has done so, as far as
 * can be known. If it cannot be reached, for a commissioned lock lets nobody in without a hand (A22), its
 * failsafe is left to end: after that, a child which the hub hears is one that has committed.
 */
async function settleAsked(child: ChildWork, askedAtMs: number, tools: StepTools): Promise<boolean> {
  const { signal, clock, journal } = tools;
  const device = await connected(child, tools, 'at_once').catch((caught: unknown) => {
    if (signal.aborted) throw caught;
    return undefined;
  });
  if (device === undefined) {
    const endedMs = askedAtMs + ARM_SECONDS * 1000;
    while (clock.now() < endedMs) {
      await tools.keepArmed();
      await tools.sleep(WAKE_POLL_MS);
    }
    // What the hub heard before tells nothing: it has to hear the child anew.
    await tools.failsafe(child.hub).disarm(signal);
    await writeTree(child, tools);
    return true;
  }
  const { left, end } = await device.failsafe({ signal });
  const { key, state } = await device.joinState({ signal });
  const isCommitted =
    left === 0 &&
    end === 'committed' &&
    state !== 'detached' &&
    rememberedKey(child, journal).every((byte, at) => byte === key[at]);
  if (isCommitted) rememberConfirmed(child, journal);
  else forgetConfirmation(child, journal);
  return isCommitted;
}

async function connected(
  child: ChildWork,
  tools: StepTools,
  patience: 'at_once' | 'until_awake' = 'until_awake',
): Promise<Device> {
  const { plan } = child;
  if (child.device !== undefined && !child.device.channel.closed) return child.device;
  if (plan.way.kind !== 'channel') throw new CodedError('device.disconnected');
  const { connect } = plan.way;
  const device =
    patience === 'at_once'
      ? await connect(tools.signal)
      : await connectAwake(connect, tools, { limitMs: WAKE_LIMIT_MS, hand: handFor(plan) });
  if (device.identity.kind !== typeOf(plan) || device.identity.mac !== plan.id) {
    const found = device.identity.mac;
    await device.close();
    throw new CodedError('commission.wrong_device', { expected: plan.id, found });
  }
  child.device = device;
  return device;
}

/** What still believes in a hub is commissioned, and lets nobody in but after the card or its battery (A21). */
function handFor({ heldBy }: ChildWork['plan']): Hand {
  return heldBy === undefined ? 'wake_lock' : 'present_card';
}

/** Asks the hub for a ticket, unless both sides are past needing one. */
async function fetchTicket(child: ChildWork, tools: StepTools): Promise<void> {
  const { hub, plan } = child;
  const atHub = await attachmentOf(hub, plan.id, tools.signal);
  const atChild = await stateOf(child, tools.signal);
  const hubKnows = atHub?.state === 'attach_pending' || atHub?.state === 'attached';
  const childHolds = atChild === undefined || atChild !== 'detached';
  if (hubKnows && childHolds) return;
  const key = rememberedKey(child, tools.journal);
  child.ticket = await hub.attach({ id: plan.id, type: typeOf(plan), key }, { signal: tools.signal });
}

/** Hands the ticket over, unless the child holds one, and waits until the hub has heard the child. */
async function join(child: ChildWork, tools: StepTools): Promise<void> {
  const { plan, device, ticket } = child;
  const { signal, journal } = tools;
  const before = await stateOf(child, signal);
  child.joinState = undefined;
  // A ticket is good once (A48): after a lost answer the state tells whether it was taken.
  if (before === 'detached' && ticket !== undefined) await device?.join(ticket, { signal });
  const limitMs = before === 'attached' ? HEAR_LIMIT_MS : JOIN_LIMIT_MS;
  if (await waitUntilAttached(child, limitMs, tools)) return;
  // What an earlier run confirmed has not held: the next one begins anew.
  forgetConfirmation(child, journal);
  // Attached, and yet not heard: it calls another hub.
  if (before === 'attached') throw new CodedError('commission.lock_taken', { device: plan.id });
  const seconds = Math.round(limitMs / 1000);
  throw new CodedError('commission.not_attached', { device: plan.id, seconds });
}

/** Whose the child says to be; undefined where it is not connected. */
async function stateOf(child: ChildWork, signal: AbortSignal): Promise<AttachState | undefined> {
  child.joinState ??= (await child.device?.joinState({ signal }))?.state;
  return child.joinState;
}

function freedFact({ plan }: ChildWork): string {
  return `freed ${plan.id}`;
}

function testedFact({ plan }: ChildWork): string {
  return `tested ${plan.id}`;
}

/** Clock, settings, and the checks that need no hand, each before the commit. */
async function configureAndTest(child: ChildWork, tools: StepTools): Promise<void> {
  const { plan, time } = child;
  const device = await connected(child, tools);
  const { signal } = tools;
  await setTime(device, time, signal);
  if (plan.settings !== undefined) await writeSettings(device, plan.settings, signal);
  const checks: LockCheck[] = [
    'led',
    'buzzer',
    ...(device.identity.caps.includes('motor') ? (['motor'] as const) : []),
  ];
  for (const [done, check] of checks.entries()) {
    tools.fraction(done / checks.length);
    await tools.keepArmed();
    const { ok, detail } = await device.test(check, { signal });
    if (!ok) throw new CodedError('commission.check_failed', { device: plan.id, check, detail });
  }
  child.health = await device.health({ signal });
  tools.journal.remember(testedFact(child), 'yes');
}

async function writeSettings(device: Device, wanted: SettingsToWrite, signal: AbortSignal): Promise<void> {
  const now = await device.settings({ signal });
  if (!hasSettings(now, wanted)) await device.writeSettings(wanted, { signal });
}

function hasSettings(now: LockSettings, wanted: SettingsToWrite): boolean {
  const { eom, ...plain } = wanted;
  const samePlain = Object.entries(plain).every(
    ([key, value]) => value === undefined || now[key as keyof typeof plain] === value,
  );
  if (!samePlain || eom === undefined) return samePlain;
  if (eom === null || now.eom === undefined) return eom === null && now.eom === undefined;
  const { days, from, to } = now.eom;
  return from === eom.from && to === eom.to && days.every((day, at) => day === eom.days[at]);
}
