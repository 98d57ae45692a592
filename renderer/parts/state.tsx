import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { Mark, type MarkName } from './mark.tsx';
import css from './state.module.css';

/** The colours of the eight states. */
export type Tone =
  | 'planned'
  | 'found'
  | 'paired'
  | 'attached'
  | 'tested'
  | 'attention'
  | 'blocker'
  | 'offline';

/** Mark, word and colour of a state; a chip in heads, bare in rows. Without `children` the word must stand beside it. */
export function State({
  tone,
  mark = tone,
  chip = false,
  light = false,
  size = 20,
  children,
}: {
  tone: Tone;
  mark?: MarkName;
  chip?: boolean;
  /** The word in the weight of running text. */
  light?: boolean;
  size?: 16 | 20 | 24;
  children?: ReactNode;
}) {
  return (
    <span className={cx(css.state, css[tone], chip && css.chip, light && css.light)}>
      <Mark name={mark} size={size} />
      {children !== undefined && <span className="cut">{children}</span>}
    </span>
  );
}

/** Text in the colour of a state, for words that stand under a mark. */
export function ToneText({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <b className={css[tone]}>{children}</b>;
}
