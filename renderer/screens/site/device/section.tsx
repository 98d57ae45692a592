import type { ReactNode, Ref } from 'react';
import css from './device-sheet.module.css';

/** A part of the sheet under its head. */
export function Section({
  ref,
  title,
  aside,
  children,
}: {
  ref?: Ref<HTMLElement>;
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section ref={ref} className={css.section}>
      <h3>
        {title}
        {aside}
      </h3>
      {children}
    </section>
  );
}

/** A list of names and values. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={css.facts}>{children}</dl>;
}

/** One of them. */
export function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
