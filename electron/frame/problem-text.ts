import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Problem } from '../contract/errors.ts';

/** What a person is told of a problem. */
export interface ProblemWords {
  readonly title: string;
  readonly why: string;
  readonly next: string;
}

/**
 * A problem in English words: what happened, why, what to do next. The code itself where it has no text.
 *
 * @param textsDir the folder with one JSON file of texts for each area
 */
export function problemWords({ code, params }: Problem, textsDir: string): ProblemWords {
  const fill = (text: string) => {
    try {
      return String(new IntlMessageFormat(text, 'en').format(params));
    } catch {
      // A value that is missing must not hide what went wrong.
      return text;
    }
  };
  for (const file of readdirSync(textsDir)) {
    const texts = JSON.parse(readFileSync(join(textsDir, file), 'utf8'));
    const text: ProblemWords | undefined = texts[code];
    if (text) return { title: fill(text.title), why: fill(text.why), next: fill(text.next) };
  }
  return { title: code, why: '', next: '' };
}

/** A problem as lines for a terminal, with its code. */
export function problemText(problem: Problem, textsDir: string): string {
  const { title, why, next } = problemWords(problem, textsDir);
  return `${title} (${problem.code})\n${why}\n${next}`;
}
