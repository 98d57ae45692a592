import type { ReactNode } from 'react';
import { go } from '../app/route.ts';

/** A link to a place in the app; opens there without loading the page anew. */
export function Link({
  to,
  className,
  current,
  label,
  children,
}: {
  to: string;
  className?: string | undefined;
  current?: 'page' | 'step' | undefined;
  label?: string;
  children: ReactNode;
}) {
  return (
    <a
      href={to}
      className={className}
      aria-current={current}
      aria-label={label}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
