import de from '../../../resources/practice/texts/de.json' with { type: 'json' };
import en from '../../../resources/practice/texts/en.json' with { type: 'json' };
import es from '../../../resources/practice/texts/es.json' with { type: 'json' };
import fr from '../../../resources/practice/texts/fr.json' with { type: 'json' };
import nl from '../../../resources/practice/texts/nl.json' with { type: 'json' };
import type { Language } from './mail/queue.ts';

/** All words of mails and owner's pages in one language. */
export type Texts = typeof en;

const all: Readonly<Record<Language, Texts>> = { en, es, de, fr, nl };

/** The languages in their own names. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  es: 'Español',
  de: 'Deutsch',
  fr: 'Français',
  nl: 'Nederlands',
};

/** Whether a value names a language that the pages have. */
export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(all, value);
}

/** All texts of a language. */
export function textsIn(language: Language): Texts {
  return all[language];
}

/** Puts values into the `{places}` of a text, each once and as it is. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
