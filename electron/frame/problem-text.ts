import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../contract/errors.ts';

/**
 * A problem as lines for a terminal: what happened, why, what to do next, with its code.
 *
 * @param textsDir the folder with one JSON file of texts for each area
 */
export function problemText({ code, params }: Problem, textsDir: string): string {
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (all, name: string) => String(params[name] ?? all));
  for (const file of readdirSync(textsDir)) {
    const texts = JSON.parse(readFileSync(join(textsDir, file), 'utf8'));
    const text: { title: string; why: string; next: string } | undefined = texts[code];
    if (text) return `${fill(text.title)} (${code})\n${fill(text.why)}\n${fill(text.next)}`;
  }
  return code;
}
