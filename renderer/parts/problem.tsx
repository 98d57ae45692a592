import type { ReactNode } from 'react';
import { useIntl } from 'react-intl';
import type { Problem } from '../../electron/contract/errors.ts';
import { type CodeText, textOfProblem } from '../i18n/code-texts.ts';
import { ErrorCodeText } from './code.tsx';
import { Note } from './note.tsx';
import css from './problem.module.css';
import { State } from './state.tsx';

/** Gives the function that turns a problem into its three sentences. */
export function useProblemText(): (problem: Problem) => CodeText {
  const intl = useIntl();
  return (problem) => textOfProblem(intl, problem);
}

/** A failure where it happened: what, why, what to do next, and its code small beside it. */
export function ProblemNote({
  problem,
  tone = 'blocker',
  alert = tone !== 'offline',
  children,
}: {
  problem: Problem;
  tone?: 'blocker' | 'attention' | 'offline';
  /** Spoken at once; not where it only stands in a list. */
  alert?: boolean;
  children?: ReactNode;
}) {
  const text = useProblemText()(problem);
  return (
    <Note tone={tone} title={text.title} alert={alert}>
      <p>
        {text.why} {text.next} <ErrorCodeText code={problem.code} />
      </p>
      {children}
    </Note>
  );
}

/** A failure without a ground of its own, below the field or button that failed. */
export function ProblemInline({ problem }: { problem: Problem }) {
  const text = useProblemText()(problem);
  return (
    <div className={css.inline} role="alert">
      <State tone="blocker" />
      <div>
        <b className={css.title}>{text.title}</b>
        <p>
          {text.why} {text.next} <ErrorCodeText code={problem.code} />
        </p>
      </div>
    </div>
  );
}
