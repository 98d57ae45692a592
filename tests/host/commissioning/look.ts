import type { Store } from '../../../db/store.ts';
import type { FirmwareModel, Site } from '../../../electron/contract/index.ts';
import { defaultLimits } from '../../../electron/host/rules/index.ts';
import { createSiteList } from '../../../electron/host/site-list.ts';

/** A site as the screens see it. */
export function siteOf(
  store: Store,
  siteId: string,
  clockOffsetMs: number | null = 0,
  newestFirmware: ReadonlyMap<FirmwareModel, string> = new Map(),
): Site {
  const rules = {
    limits: new Map([['*', defaultLimits]]),
    tenants: null,
    businessTypes: null,
    clockOffsetMs,
    newestFirmware,
  };
  return createSiteList(store, () => rules).one(siteId);
}
