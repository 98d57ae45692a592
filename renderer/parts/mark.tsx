import type { ReactNode } from 'react';
import css from './icon.module.css';

const shapes = {
  attached: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 10V3a7 7 0 1 1-7 7Z" fill="currentColor" stroke="none" />
    </>
  ),
  attention: (
    <>
      <path d="M10 2.2 18.6 17.2H1.4Z" fill="currentColor" stroke="currentColor" strokeWidth="1.2" />
      <path d="M10 7.5v4.5M10 14.6v.01" stroke="var(--surface)" strokeWidth="2" />
    </>
  ),
  blocker: (
    <>
      <path d="M6.7 2h6.6L18 6.7v6.6L13.3 18H6.7L2 13.3V6.7Z" fill="currentColor" stroke="none" />
      <path d="M6.2 10h7.6" stroke="var(--surface)" strokeWidth="2.25" />
    </>
  ),
  found: (
    <>
      <circle cx="10" cy="10" r="7" />
      <circle cx="10" cy="10" r="2.75" fill="currentColor" stroke="none" />
    </>
  ),
  offline: (
    <>
      <path d="M5 5a7 7 0 0 0 10 10M7.8 3.4a7 7 0 0 1 8.8 8.8M2.5 2.5l15 15" />
    </>
  ),
  paired: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 3a7 7 0 0 0 0 14Z" fill="currentColor" stroke="none" />
    </>
  ),
  planned: (
    <>
      <circle cx="10" cy="10" r="7" strokeDasharray="2.75 2.75" strokeLinecap="butt" />
    </>
  ),
  resting: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M8 7.5v5M12 7.5v5" strokeWidth="2" />
    </>
  ),
  return: (
    <>
      <path d="M7 3.5 3 7.5l4 4M3 7.5h9a4.5 4.5 0 0 1 0 9H8" />
    </>
  ),
  running: (
    <>
      <circle cx="10" cy="10" r="7" opacity=".3" />
      <path d="M10 3a7 7 0 0 1 7 7" strokeWidth="2.5" />
    </>
  ),
  sent: (
    <>
      <path d="M2.5 17h15M10 14V3.5M6 7.5l4-4 4 4" strokeWidth="2" />
    </>
  ),
  skipped: (
    <>
      <path d="M5 10h10" />
    </>
  ),
  tested: (
    <>
      <circle cx="10" cy="10" r="8" fill="currentColor" stroke="none" />
      <path d="m6.3 10.3 2.7 2.7 4.8-5.6" stroke="var(--surface)" strokeWidth="2" />
    </>
  ),
  waiting: (
    <>
      <circle cx="10" cy="10" r="7" />
      <path d="M10 6v4l2.7 2" />
    </>
  ),
} as const satisfies Record<string, ReactNode>;

export type MarkName = keyof typeof shapes;

/** The ring that fills as the work proceeds, and the marks beside it. Always with a word and its colour. */
export function Mark({ name, size = 20 }: { name: MarkName; size?: 16 | 20 | 24 }) {
  return (
    <svg
      className={name === 'running' ? `${css.icon} ${css.mark} ${css.turning}` : `${css.icon} ${css.mark}`}
      width={size}
      height={size}
      viewBox="0 0 20 20"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  );
}
