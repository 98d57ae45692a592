import { asCodedError, CodedError } from '../../electron/contract/errors.ts';
import { abortError, type Clock, sleep } from '../smp/index.ts';
import type { Device } from './device.ts';
import { Failsafe } from './failsafe.ts';
import type { Journal, StepName } from './journal.ts';

/** What a person's hands must do before the work can go on. */
export type Hand = 'press_button' | 'present_card' | 'wake_lock' | 'enter_code';

/** One row of a workflow's table. */
export interface Step<Context> extends StepName {
  /** Asks the device whether it is already as this step would leave it; then the step is skipped. */
  check?(context: Context, tools: StepTools): Promise<boolean>;
  /** Does it. May run again after a lost answer, so it reads before it writes (A9). */
  run(context: Context, tools: StepTools): Promise<void>;
  /** Takes back what no failsafe takes back. */
  undo?(context: Context, tools: StepTools): Promise<void>;
  readonly timeoutMs: number;
  /** Whether armed failsafes are armed again before it where less than half is left. */
  readonly rearms: boolean;
  /** What a person must do while it runs. */
  readonly needs?: Hand;
  /** Runs to its end although the person cancels: between two commits there is no way back (A38). */
  readonly settles?: boolean;
  /** Never run again by itself, whatever was lost. */
  readonly once?: boolean;
}

/** What a step is handed beside its context. */
export interface StepTools {
  /** Aborts on the person's cancel and at the step's time limit. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly journal: Journal;
  /** The failsafe of a device in this piece of work; always the same one for the same device. */
  failsafe(device: Device): Failsafe;
  /** Arms every armed failsafe again that has less than half left; for loops that wait. */
  keepArmed(): Promise<void>;
  /** Tells what a person must do from now on; undefined: nothing. */
  needs(hand: Hand | undefined): void;
  /** Tells how much of the step is done, 0 to 1. */
  fraction(done: number): void;
  /** Waits, or rejects when the signal aborts. */
  sleep(afterMs: number): Promise<void>;
}

/** What is told while a workflow runs: at each change of a step's state, of `needs` and of `fraction`. */
export interface Progress extends StepName {
  readonly workflowId: string;
  readonly state: 'running' | 'done' | 'skipped' | 'failed';
  /** Place in the table, from 0. */
  readonly index: number;
  readonly of: number;
  /** The whole table, the same in every event of one run. */
  readonly table: readonly StepName[];
  readonly fraction?: number;
  readonly needs?: Hand;
  /** When this step began, in milliseconds since 1970. */
  readonly since: number;
  /** When the first armed device goes back by itself, in milliseconds since 1970; absent while none is armed. */
  readonly failsafeEndsAt?: number;
}

/** A piece of work to run. */
export interface WorkflowOptions<Context> {
  readonly id: string;
  readonly steps: readonly Step<Context>[];
  readonly context: Context;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** How often a step is run whose request was not answered, and whose check says that nothing happened. */
const TRIES = 2;
/** How long going back may take, in milliseconds: a device first finishes what it is at, 40 s at most (A8, A9). */
const UNDO_LIMIT_MS = 60_000;

/**
 * Runs a table of steps from its first row, skipping what the device says is done: so any workflow is
 * resumed by running it again. On failure or cancel every armed device goes back to what it was.
 * @throws CodedError of the step that failed; `commission.cancelled`, `commission.step_timeout`.
 */
export function runWorkflow<Context>(options: WorkflowOptions<Context>): Promise<void> {
  return new Run(options).run();
}

class Run<Context> {
  readonly #options: WorkflowOptions<Context>;
  /** By serial: a failsafe belongs to the device, not to the connection (A37). */
  readonly #failsafes = new Map<string, Failsafe>();
  readonly #started: Step<Context>[] = [];
  readonly #table: readonly StepName[];
  #progress: Progress;

  constructor(options: WorkflowOptions<Context>) {
    this.#options = options;
    this.#table = options.steps.map(nameOf);
    this.#progress = this.#progressOf(0, 'running');
  }

  async run(): Promise<void> {
    try {
      for (const [index, step] of this.#options.steps.entries()) await this.#runStep(step, index);
    } catch (caught) {
      await this.#goBack();
      throw caught;
    }
    await this.#disarmAll(new AbortController().signal);
  }

  async #runStep(step: Step<Context>, index: number): Promise<void> {
    const { clock, journal, signal } = this.#options;
    if (signal.aborted) throw abortError(signal);
    this.#progress = this.#progressOf(index, 'running');
    const limit = limitTime(clock, step.timeoutMs, step.settles ? undefined : signal, () =>
      this.#tooLong(step),
    );
    const tools = this.#tools(limit.signal);
    try {
      const skipped = (await step.check?.(this.#options.context, tools)) ?? false;
      if (!skipped) await this.#start(step, tools);
      if (skipped) journal.stepSkipped(nameOf(step));
      else journal.stepDone(nameOf(step));
      this.#tell({ ...this.#progressOf(index, skipped ? 'skipped' : 'done'), since: this.#progress.since });
    } catch (caught) {
      const error = asCodedError(caught);
      journal.stepFailed(nameOf(step), error.problem);
      this.#tell({ ...this.#progressOf(index, 'failed'), since: this.#progress.since });
      throw error;
    } finally {
      limit.end();
    }
  }

  async #start(step: Step<Context>, tools: StepTools): Promise<void> {
    if (step.rearms) await tools.keepArmed();
    this.#options.journal.stepStarted(nameOf(step));
    this.#started.push(step);
    this.#tell(step.needs === undefined ? this.#progress : { ...this.#progress, needs: step.needs });
    for (let tried = 1; ; tried++) {
      try {
        await step.run(this.#options.context, tools);
        return;
      } catch (caught) {
        const silent = caught instanceof CodedError && caught.code === 'device.timeout';
        if (!silent || step.once || tried >= TRIES) throw caught;
        // The answer was lost, not necessarily the write: the device is asked first (A9).
        if (await step.check?.(this.#options.context, tools)) return;
      }
    }
  }

  /** Nothing here may hide what went wrong before: a device that cannot be reached goes back by its timer. */
  async #goBack(): Promise<void> {
    const limit = limitTime(
      this.#options.clock,
      UNDO_LIMIT_MS,
      undefined,
      () => new CodedError('device.timeout'),
    );
    await this.#disarmAll(limit.signal);
    for (const step of this.#started.reverse()) {
      await step.undo?.(this.#options.context, this.#tools(limit.signal)).catch(() => {});
    }
    limit.end();
  }

  async #disarmAll(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#failsafes.values()].map((each) => each.disarm(signal).catch(() => {})));
  }

  #tools(signal: AbortSignal): StepTools {
    const { clock, journal } = this.#options;
    return {
      signal,
      clock,
      journal,
      failsafe: (device) => this.#failsafeOf(device),
      keepArmed: async () => {
        for (const failsafe of this.#failsafes.values()) await failsafe.keep(signal);
      },
      needs: (hand) => {
        const { needs: _, ...rest } = this.#progress;
        this.#tell(hand === undefined ? rest : { ...rest, needs: hand });
      },
      fraction: (done) => this.#tell({ ...this.#progress, fraction: done }),
      sleep: (afterMs) => sleep(clock, afterMs, signal),
    };
  }

  #failsafeOf(device: Device): Failsafe {
    const { clock, journal } = this.#options;
    const onChange = () => this.#tell(this.#progress);
    const { serial } = device.identity;
    const failsafe = this.#failsafes.get(serial) ?? new Failsafe(device, { clock, journal, onChange });
    failsafe.device = device;
    this.#failsafes.set(serial, failsafe);
    return failsafe;
  }

  #progressOf(index: number, state: Progress['state']): Progress {
    const { id, steps, clock } = this.#options;
    const step = steps[index];
    return {
      workflowId: id,
      ...(step === undefined ? { step: '' } : nameOf(step)),
      state,
      index,
      of: steps.length,
      table: this.#table,
      since: clock.now(),
    };
  }

  #tell(progress: Progress): void {
    this.#progress = progress;
    const left = [...this.#failsafes.values()].flatMap(({ leftMs }) =>
      leftMs === undefined ? [] : [leftMs],
    );
    if (left.length === 0) this.#options.onProgress?.(progress);
    else {
      const failsafeEndsAt = this.#options.clock.now() + Math.min(...left);
      this.#options.onProgress?.({ ...progress, failsafeEndsAt });
    }
  }

  #tooLong(step: Step<Context>): CodedError {
    return new CodedError('commission.step_timeout', {
      step: step.step,
      seconds: Math.round(step.timeoutMs / 1000),
    });
  }
}

function nameOf<Context>(step: Step<Context>): StepName {
  return step.device === undefined ? { step: step.step } : { step: step.step, device: step.device };
}

/** A signal that aborts at a limit or with another signal; `end` lets go of both. */
function limitTime(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal | undefined,
  tooLong: () => CodedError,
): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const cancelTimer = clock.setTimer(() => controller.abort(tooLong()), limitMs);
  const onAbort = () => signal && controller.abort(abortError(signal));
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    end: () => {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
