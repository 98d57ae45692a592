import { CodedError } from '../electron/contract/errors.ts';
import type { NewIntent } from './types.ts';

/**
 * The intents with each behind what it needs, else in the order they came: the order in which they are claimed.
 * @throws CodedError `db.refused` where they wait for each other in a circle and so would never be sent.
 */
export function byDependency(intents: readonly NewIntent[]): NewIntent[] {
  const byId = new Map(intents.map((intent) => [intent.id, intent]));
  const ordered = new Set<NewIntent>();
  const open = new Set<NewIntent>();
  const place = (intent: NewIntent) => {
    if (ordered.has(intent)) return;
    if (open.has(intent)) throw new CodedError('db.refused', { result: 'outbox_circle' });
    open.add(intent);
    for (const needed of intent.needs) {
      const sibling = byId.get(needed);
      if (sibling !== undefined) place(sibling);
    }
    open.delete(intent);
    ordered.add(intent);
  };
  for (const intent of intents) place(intent);
  return [...ordered];
}
