import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import css from './note.module.css';
import { State, type Tone } from './state.tsx';

/** A tinted note with its mark. `alert` speaks at once; the others are read in their turn. */
export function Note({
  tone,
  title,
  alert = false,
  children,
}: {
  tone: Extract<Tone, 'blocker' | 'attention' | 'offline' | 'paired' | 'tested'>;
  title?: ReactNode;
  alert?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className={cx(css.note, css[tone])} {...(alert ? { role: 'alert' } : {})}>
      <State tone={tone} />
      <div className={css.text}>
        {title !== undefined && <b>{title}</b>}
        {children}
      </div>
    </div>
  );
}
