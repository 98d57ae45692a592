import type { Store } from '../../../db/store.ts';
import type { SiteRecord } from '../../../db/types.ts';
import type { CloudPort } from '../cloud/index.ts';
import { applyInstallation, refreshSite } from './effects.ts';

/** A mail just handed over is looked after soon; its bounce comes within seconds or minutes. */
const firstLookMs = 10_000;
const shortestMs = 2 * 60_000;
const longestMs = 6 * 60 * 60_000;
/** A site is looked at again after this part of its age: a day old, every half hour. */
const partOfAge = 50;
/** So far apart at least, however many sites there are. */
const spacingMs = 2_000;

/** Whether the owner's way in may still change by itself. */
function isOpen(site: SiteRecord): boolean {
  if (site.cloudId === null || site.invitation === null) return false;
  const { state } = site.invitation;
  return state !== 'accepted' && !(state === 'account_exists' && site.state === 'released');
}

/** Reads invitations again until their owners are in. Times are monotonic milliseconds. */
export interface Follow {
  /** The next site to look at now, if any. */
  due(): string | undefined;
  /** How long until there is one; infinite where there is nothing to follow. */
  nextMs(): number;
  /** Reads one site and stores what has changed. Throws `cloud.*`, `account.*`. */
  read(siteId: string, signal: AbortSignal): Promise<void>;
  /** Takes up every site that is to be followed. */
  start(): void;
  /** Notes that sites have changed. */
  consider(siteIds: Iterable<string>): void;
  /** Looks at one site, or at all, as soon as may be. */
  soon(siteId?: string): void;
}

/** Makes what follows invitations after they were sent. */
export function createFollow(deps: {
  readonly store: Store;
  readonly cloud: CloudPort;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly closed: () => boolean;
}): Follow {
  const { store, cloud, now, monotonic } = deps;
  const nextLook = new Map<string, number>();
  let freeFrom = 0;

  function earliest(): { id: string; at: number } | undefined {
    let found: { id: string; at: number } | undefined;
    for (const [id, at] of nextLook) if (found === undefined || at < found.at) found = { id, at };
    return found;
  }

  return {
    due() {
      const next = earliest();
      return next !== undefined && Math.max(next.at, freeFrom) <= monotonic() ? next.id : undefined;
    },
    nextMs() {
      const next = earliest();
      return next === undefined
        ? Number.POSITIVE_INFINITY
        : Math.max(0, next.at - monotonic(), freeFrom - monotonic());
    },
    async read(siteId, signal) {
      const before = store.sites.get(siteId);
      const ageMs = now() - (before?.finishedAt ?? now());
      const again = Math.min(longestMs, Math.max(shortestMs, ageMs / partOfAge));
      nextLook.set(siteId, monotonic() + again);
      freeFrom = monotonic() + spacingMs;
      if (before === undefined || before.cloudId === null) return;
      const told = await cloud.installation(before.cloudId, signal);
      if (deps.closed()) return;
      store.transaction(() => {
        const site = store.sites.get(siteId);
        if (site === undefined) return;
        applyInstallation(store, site, told, now());
        refreshSite(store, siteId, now());
      });
    },
    start() {
      for (const site of store.sites.all()) if (isOpen(site)) nextLook.set(site.id, monotonic());
    },
    consider(siteIds) {
      for (const id of siteIds) {
        const site = store.sites.get(id);
        if (site === undefined || !isOpen(site)) nextLook.delete(id);
        else if (!nextLook.has(id)) nextLook.set(id, monotonic() + firstLookMs);
      }
    },
    soon(siteId) {
      freeFrom = 0;
      if (siteId !== undefined) nextLook.set(siteId, monotonic());
      else for (const id of nextLook.keys()) nextLook.set(id, monotonic());
    },
  };
}
