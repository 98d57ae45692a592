import type { Store } from '../../db/store.ts';
import type { CheckRecord, DeviceRecord } from '../../db/types.ts';
import { CodedError, type Site, type SiteRow } from '../contract/index.ts';
import { stagesOf } from './handover/index.ts';
import { type AccountRules, editableOf, judgeSite, siteOf, siteRowOf } from './sites/index.ts';
import { createSignal, watch } from './watch.ts';

/** One event of the list: first all rows, then those that changed. */
export interface SitesEvent {
  readonly seq: number;
  readonly kind: 'snapshot' | 'change';
  readonly rows: SiteRow[];
  readonly removed: string[];
}

/** The sites as the screens see them. */
export interface SiteList {
  watch(signal: AbortSignal): AsyncGenerator<SitesEvent, void, void>;
  /** Throws `site.not_found`. */
  one(siteId: string): Site;
  subscribe(siteId: string, changed: () => void): () => void;
}

/** Makes the views of the store that the list and the site screens watch. */
export function createSiteList(store: Store, account: () => AccountRules): SiteList {
  const outboxOf = (siteId: string) => {
    const intents = store.outbox.ofSite(siteId);
    return {
      unsent: intents.filter((intent) => intent.state !== 'done').length,
      needsPerson: intents.some((intent) => intent.state === 'needs_person'),
    };
  };

  const allRows = (): SiteRow[] => {
    const devices = bySite(store.devices.all());
    const open = new Set(store.outbox.openSites());
    const idle = { unsent: 0, needsPerson: false };
    return store.sites
      .all()
      .map((site) =>
        siteRowOf(site, devices.get(site.id) ?? [], open.has(site.id) ? outboxOf(site.id) : idle),
      );
  };

  const rowOf = (siteId: string): SiteRow | undefined => {
    const site = store.sites.get(siteId);
    return site && siteRowOf(site, store.devices.ofSite(siteId), outboxOf(siteId));
  };

  return {
    async *watch(signal) {
      const pending = new Set<string>();
      const changed = createSignal();
      const stop = store.onChange(({ siteIds }) => {
        for (const id of siteIds) pending.add(id);
        if (siteIds.size > 0) changed.notify();
      });
      let seq = 0;
      const next = (): SitesEvent => {
        const ids = [...pending];
        pending.clear();
        seq += 1;
        if (seq === 1) return { seq, kind: 'snapshot', rows: allRows(), removed: [] };
        const rows = ids.map(rowOf).filter((row) => row !== undefined);
        const kept = new Set(rows.map((row) => row.id));
        return { seq, kind: 'change', rows, removed: ids.filter((id) => !kept.has(id)) };
      };
      try {
        yield* watch({ snapshot: next, subscribe: changed.subscribe, signal });
      } finally {
        stop();
      }
    },

    one(siteId) {
      const site = store.sites.get(siteId);
      if (site === undefined) throw new CodedError('site.not_found');
      const devices = store.devices.ofSite(siteId);
      const intents = store.outbox.ofSite(siteId);
      const checks = Map.groupBy(store.checks.ofSite(siteId), (check: CheckRecord) => check.deviceId);
      return siteOf(site, devices, checks, judgeSite(site, devices, store, account()), {
        stages: stagesOf(site, devices, intents),
        needsPerson: intents.some((intent) => intent.state === 'needs_person'),
        editable: editableOf(site, intents),
      });
    },

    subscribe: (siteId, changed) => store.onChange(({ siteIds }) => siteIds.has(siteId) && changed()),
  };
}

function bySite(devices: readonly DeviceRecord[]): Map<string, DeviceRecord[]> {
  return Map.groupBy(devices, (device) => device.siteId);
}
