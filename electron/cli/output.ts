import { fileURLToPath } from 'node:url';
import { asCodedError, type Problem } from '../contract/index.ts';
import { problemText, problemWords } from '../frame/problem-text.ts';

/** What a command's end means to whoever called it. */
export const exitCodes = { done: 0, failed: 1, usage: 2, needsPerson: 3, interrupted: 130 } as const;

const texts = fileURLToPath(new URL('../../resources/texts/en', import.meta.url));

/** A problem in one line of words. */
export function messageOf(problem: Problem): string {
  const { title, why, next } = problemWords(problem, texts);
  return `${title}. ${why} ${next}`;
}

/** Prints a result: one JSON object, or lines for a person. */
export function print(json: boolean | undefined, result: object, lines: readonly string[]): void {
  if (json === true) console.log(JSON.stringify(result));
  else for (const line of lines) console.log(line);
}

/** Prints why a command failed and answers its exit code. */
export function reportFailure(caught: unknown, json: boolean): number {
  const error = asCodedError(caught);
  const { problem } = error;
  if (json) console.log(JSON.stringify({ problem: { ...problem, message: messageOf(problem) } }));
  else console.error(problemText(problem, texts));
  if (problem.code === 'app.internal') console.error(caught);
  return exitCodes.failed;
}
