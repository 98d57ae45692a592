import type { IntlShape } from 'react-intl';
import type { Problem } from '../../electron/contract/errors.ts';

/** What a code says to a person. */
export interface CodeText {
  readonly title: string;
  readonly why: string;
  readonly next: string;
}

const files = import.meta.glob<Record<string, CodeText>>('../../resources/texts/en/*.json', {
  eager: true,
  import: 'default',
});

const table: Record<string, CodeText> = Object.assign({}, ...Object.values(files));

/** The texts of all codes under the keys `CODE.title`, `CODE.why` and `CODE.next`. */
export const codeMessages: Record<string, string> = Object.fromEntries(
  Object.entries(table).flatMap(([code, text]) => [
    [`${code}.title`, text.title],
    [`${code}.why`, text.why],
    [`${code}.next`, text.next],
  ]),
);

/** The three sentences of a problem, with what it names put in. */
export function textOfProblem(intl: IntlShape, problem: Problem): CodeText {
  const code = Object.hasOwn(table, problem.code) ? problem.code : 'app.internal';
  const part = (name: keyof CodeText) => intl.formatMessage({ id: `${code}.${name}` }, { ...problem.params });
  return { title: part('title'), why: part('why'), next: part('next') };
}
