import { abortError, type Clock } from '../../smp/index.ts';
import type { LockCheck } from '../commands/index.ts';
import type { Device } from '../device.ts';
import type { Journal } from '../journal.ts';
import { type Progress, runWorkflow, type Step, type StepTools } from '../workflow.ts';
import { attachmentOf } from './child.ts';

/** The seven checks of the door test, in their order. */
export const DOOR_CHECKS = [
  'heard',
  'lamp_buzzer',
  'motor',
  'handle',
  'valid_tag',
  'foreign_tag',
  'latch',
] as const;
export type DoorCheck = (typeof DOOR_CHECKS)[number];

/** What a person at the door may answer. */
export type DoorAnswer = 'passed' | 'failed' | 'repeat';

/** The result of one check, and who judged. */
export interface DoorCheckResult {
  readonly check: DoorCheck;
  readonly result: 'passed' | 'failed';
  readonly by: 'hub' | 'lock' | 'person';
  /** A measured value or the device's short token; may be empty. */
  readonly detail: string;
}

/** What testing a door needs. */
export interface TestDoorOptions {
  readonly id: string;
  /** The lock's id, as in `identity.mac`. */
  readonly lockId: string;
  /** The paired hub; without it the person judges by the card's light whether the lock is heard. */
  readonly hub?: Device | undefined;
  /** The paired lock; without it the person judges what the lock would have. */
  readonly lock?: Device | undefined;
  /** Which checks, all by default; a single one to repeat it. */
  readonly checks?: readonly DoorCheck[] | undefined;
  /** Asks the person at the door; rejects when the signal aborts. */
  readonly ask: (check: DoorCheck, signal: AbortSignal) => Promise<DoorAnswer>;
  /** Told of each result at once, before the next check begins. */
  readonly onResult: (result: DoorCheckResult) => void;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A person may be called away in the middle; after half an hour nobody is at the door any more. */
const PERSON_LIMIT_MS = 30 * 60_000;
/** A lock heard longer ago than this is not there now, in seconds: five missed heartbeats of a minute. */
const HEARD_WITHIN_SECONDS = 300;

/**
 * The door test: what devices can judge, and what a person must. Nothing is armed and nothing undone; a failed
 * check does not end the test. Checks that this same piece of work has a result of are not repeated.
 * @throws CodedError `commission.cancelled`, `commission.step_timeout`, or what the devices give.
 */
export async function testDoor(options: TestDoorOptions): Promise<void> {
  const { id, journal, clock, signal, onProgress } = options;
  const steps = (options.checks ?? DOOR_CHECKS).map(stepOf);
  await runWorkflow({ id, steps, context: options, journal, clock, signal, onProgress });
}

function stepOf(check: DoorCheck): Step<TestDoorOptions> {
  return {
    step: check,
    timeoutMs: PERSON_LIMIT_MS,
    rearms: false,
    check: async ({ journal }) => journal.recall(`result ${check}`) !== undefined,
    run: async (options, tools) => {
      const result = await judge(check, options, tools);
      options.onResult(result);
      options.journal.remember(`result ${check}`, result.result);
    },
  };
}

async function judge(check: DoorCheck, options: TestDoorOptions, tools: StepTools): Promise<DoorCheckResult> {
  for (;;) {
    const byDevice = await judgeByDevice(check, options, tools);
    if (byDevice !== 'ask') return byDevice;
    const answer = await askPerson(check, options, tools.signal);
    if (answer !== 'repeat') return { check, result: answer, by: 'person', detail: '' };
  }
}

/** A device's own verdict, or `ask` where a person has to judge. */
async function judgeByDevice(
  check: DoorCheck,
  { hub, lock, lockId }: TestDoorOptions,
  tools: StepTools,
): Promise<DoorCheckResult | 'ask'> {
  if (check === 'heard' && hub !== undefined) return judgeHeard(hub, lockId, tools);
  if (lock === undefined) return 'ask';
  if (check === 'motor' && lock.identity.caps.includes('motor')) {
    return (await runChecks(lock, check, ['motor'], tools)) ?? passed(check, 'lock', 'ok');
  }
  // The lock lights and sounds; that it was seen and heard only the person knows.
  if (check === 'lamp_buzzer') return (await runChecks(lock, check, ['led', 'buzzer'], tools)) ?? 'ask';
  return 'ask';
}

async function judgeHeard(hub: Device, lockId: string, { signal }: StepTools): Promise<DoorCheckResult> {
  const attachment = await attachmentOf(hub, lockId, signal);
  if (attachment?.state !== 'attached') return failed('heard', 'hub', attachment?.state ?? 'detached');
  const { rssi, heard } = attachment;
  if (rssi === undefined || heard === undefined || heard > HEARD_WITHIN_SECONDS) {
    return failed('heard', 'hub', 'silent');
  }
  return passed('heard', 'hub', `${rssi} dBm`);
}

/** The first of the lock's own checks that fails, undefined where all pass. */
async function runChecks(
  lock: Device,
  check: DoorCheck,
  parts: readonly LockCheck[],
  { signal }: StepTools,
): Promise<DoorCheckResult | undefined> {
  for (const part of parts) {
    const { ok, detail } = await lock.test(part, { signal });
    if (!ok) return failed(check, 'lock', detail);
  }
  return undefined;
}

/** Leaves with the signal even if whoever asks does not. */
function askPerson(check: DoorCheck, { ask }: TestDoorOptions, signal: AbortSignal): Promise<DoorAnswer> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortError(signal));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    ask(check, signal)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function passed(check: DoorCheck, by: DoorCheckResult['by'], detail: string): DoorCheckResult {
  return { check, result: 'passed', by, detail };
}

function failed(check: DoorCheck, by: DoorCheckResult['by'], detail: string): DoorCheckResult {
  return { check, result: 'failed', by, detail };
}
