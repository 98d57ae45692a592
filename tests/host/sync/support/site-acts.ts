import { v7 as newId } from 'uuid';
import type { Intent } from '../../../../db/types.ts';
import type { HandoverDeps } from '../../../../electron/host/handover/index.ts';
import { anySignal, openLaptop, until } from './bench.ts';
import type { Laptop, LaptopOptions } from './laptop.ts';

/** What an act of the installer on a site needs. */
export function by({ store }: Laptop, siteId: string): HandoverDeps {
  return { store, siteId, person: 'Iris Installer', now: Date.now, newId: () => newId() };
}

export function intentOf({ store }: Laptop, siteId: string, kind: Intent['kind']): Intent {
  const found = store.outbox.ofSite(siteId).find((intent) => intent.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

/** Waits until an intent needs a person. */
export function untilStuck(laptop: Laptop, siteId: string, kind: Intent['kind']): Promise<void> {
  const look = () => intentOf(laptop, siteId, kind);
  return until(
    laptop.store,
    () => look().state === 'needs_person',
    () => [laptop.sync.state().state, look()],
  );
}

/** A laptop that is signed in and whose worker runs. */
export async function signedInLaptop(
  cloudUrl: string,
  options: Partial<LaptopOptions> = {},
): Promise<Laptop> {
  const laptop = await openLaptop(cloudUrl, options);
  await laptop.account.signIn(anySignal());
  laptop.sync.start();
  return laptop;
}
