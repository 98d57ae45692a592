import type { Store } from '../../db/store.ts';

const pollMs = 100;

/**
 * Waits until nothing is unsent, only a person could go on, or nothing has moved for `stillLimitMs`.
 *
 * @param stillLimitMs an outbox that has not moved for so long rests
 */
export async function untilStill(store: Store, stillLimitMs: number): Promise<void> {
  let last = -1;
  let movedAt = performance.now();
  for (;;) {
    const { unsent } = store.outbox.counts();
    const stuck = store.outbox
      .openSites()
      .every((id) => store.outbox.ofSite(id).some((intent) => intent.state === 'needs_person'));
    if (unsent === 0 || stuck) return;
    if (unsent !== last) movedAt = performance.now();
    if (performance.now() - movedAt > stillLimitMs) return;
    last = unsent;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
