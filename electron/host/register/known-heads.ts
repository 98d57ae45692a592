import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Store } from '../../../db/store.ts';
import { type RegisterPlaces, registerColumns } from '../../contract/index.ts';
import { wordOf } from './head.ts';

const settingKey = 'register.heads';
const headsMax = 50;
const knownSchema = z
  .array(z.object({ head: z.string(), words: z.partialRecord(z.enum(registerColumns), z.string()) }))
  .max(headsMax);

/** What people said about foreign heads: kept per set of column names, whatever their order, the last fifty. */
export interface KnownHeads {
  find(head: readonly string[]): RegisterPlaces | undefined;
  remember(head: readonly string[], places: RegisterPlaces): void;
}

/** Keeps them in the settings. */
export function createKnownHeads(settings: Store['settings']): KnownHeads {
  const read = () => knownSchema.safeParse(settings.get(settingKey)).data ?? [];
  return {
    find(head) {
      const words = distinctWords(head);
      const known = read().find((one) => one.head === hashOf(words));
      if (known === undefined) return undefined;
      const placed = Object.entries(known.words).map(([column, word]) => [column, words.indexOf(word)]);
      return Object.fromEntries(placed.filter(([, place]) => place !== -1)) as RegisterPlaces;
    },
    remember(head, places) {
      const words = distinctWords(head);
      const own = hashOf(words);
      const said = Object.entries(places).map(([column, place]) => [column, words[place]]);
      const others = read().filter((one) => one.head !== own);
      const newest = { head: own, words: Object.fromEntries(said) };
      settings.set(settingKey, [newest, ...others].slice(0, headsMax));
    },
  };
}

/** The names of a head; of a name that stands twice, the second with its number. */
function distinctWords(head: readonly string[]): string[] {
  const times = new Map<string, number>();
  return head.map((cell) => {
    const word = wordOf(cell).slice(0, 100);
    const time = (times.get(word) ?? 0) + 1;
    times.set(word, time);
    return `${word} ${time}`;
  });
}

function hashOf(words: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(words.toSorted())).digest('base64url');
}
