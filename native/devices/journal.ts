import type { Problem } from '../../electron/contract/errors.ts';

/** One step of one workflow: the table's id, and the child it is about where a workflow attaches several. */
export interface StepName {
  readonly step: string;
  readonly device?: string;
}

/**
 * Where a workflow writes down what it did, before it does the next thing. All calls are synchronous: when
 * they return, it is on disk. One journal belongs to one piece of work and is handed in again when that
 * piece is resumed.
 */
export interface Journal {
  stepStarted(name: StepName): void;
  stepDone(name: StepName): void;
  /** The device was already as the step would have left it. */
  stepSkipped(name: StepName): void;
  stepFailed(name: StepName, problem: Problem): void;
  /** Keeps one fact, at most 512 characters, replacing an earlier one of that name; never a secret. */
  remember(fact: string, value: string): void;
  /** What was kept under that name, by this run or an earlier one. */
  recall(fact: string): string | undefined;
}

/** A journal that forgets with the process: for work that is not resumed, and for tests. */
export class MemoryJournal implements Journal {
  readonly entries: string[] = [];
  readonly #facts = new Map<string, string>();

  stepStarted(name: StepName): void {
    this.#add('started', name);
  }

  stepDone(name: StepName): void {
    this.#add('done', name);
  }

  stepSkipped(name: StepName): void {
    this.#add('skipped', name);
  }

  stepFailed(name: StepName, problem: Problem): void {
    this.#add(`failed ${problem.code}`, name);
  }

  remember(fact: string, value: string): void {
    this.#facts.set(fact, value);
  }

  recall(fact: string): string | undefined {
    return this.#facts.get(fact);
  }

  #add(what: string, { step, device }: StepName): void {
    this.entries.push(device === undefined ? `${step} ${what}` : `${step} ${device} ${what}`);
  }
}
