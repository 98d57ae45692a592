import { asCodedError } from '../contract/errors.ts';
import { problemText } from './problem-text.ts';
import { resourcePath } from './resource-path.ts';

/** Says on the terminal why the app did not start, and lets the process end with exit code 1. */
export function failStart(caught: unknown): void {
  const error = asCodedError(caught);
  if (error.code === 'app.internal') console.error(caught);
  console.error(problemText(error.problem, resourcePath('texts/en')));
  process.exitCode = 1;
}
