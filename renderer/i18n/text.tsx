import type { ReactNode } from 'react';
import { useCallback } from 'react';
import { useIntl } from 'react-intl';
import type en from './en.json';

/** The key of a text of the screens. Texts of codes are looked up by `errors.ts`. */
export type TextId = keyof typeof en;
export type TextValues = Readonly<Record<string, string | number | boolean | Date | null | undefined>>;

/** Gives the function that turns a key into its text, for names and other attributes. */
export function useText(): (id: TextId, values?: TextValues) => string {
  const intl = useIntl();
  return useCallback((id, values) => intl.formatMessage({ id }, values), [intl]);
}

/** A text as nodes; `<b>` and `<code>` in it stay what they are. */
export function Text({
  id,
  values,
}: {
  id: TextId;
  values?: Readonly<Record<string, ReactNode | Date>>;
}): ReactNode {
  const intl = useIntl();
  return intl.formatMessage(
    { id },
    {
      b: (chunks: ReactNode) => <b>{chunks}</b>,
      code: (chunks: ReactNode) => <code>{chunks}</code>,
      ...(values as Record<string, string>),
    },
  );
}
