import type { Store } from '../../../db/store.ts';
import type { DeviceRecord, SiteRecord } from '../../../db/types.ts';
import { checkSite, type RuleContext, type SitePlan, type Verdict } from '../rules/index.ts';

/** What is known beyond a site: limits, tenants and business types of the account. */
export type AccountRules = Omit<RuleContext, 'elsewhere'>;

/** A stored site as the rules look at it; activation codes are opened, for their form and their doubles. */
export function sitePlanOf(site: SiteRecord, devices: readonly DeviceRecord[], store: Store): SitePlan {
  return {
    site,
    devices: devices.map((device) => ({
      ...device,
      activationCode: device.hasActivationCode ? store.devices.activationCode(device.id) : null,
    })),
  };
}

/** Looks at a stored site with every rule there is. */
export function judgeSite(
  site: SiteRecord,
  devices: readonly DeviceRecord[],
  store: Store,
  account: AccountRules,
): Verdict {
  return checkSite(
    sitePlanOf(site, devices, store),
    { ...account, elsewhere: elsewhereThan(site, store) },
    'release',
  );
}

/** Finds a MAC or activation code in the other sites of this laptop. */
function elsewhereThan(site: SiteRecord, store: Store): RuleContext['elsewhere'] {
  return (key) => {
    const [kind, code = ''] = key.split(' ', 2);
    const hits = kind === 'mac' ? store.devices.findByMac(code) : store.devices.findByActivationCode(code);
    const other = hits.find((device) => device.siteId !== site.id);
    return other && { site: store.sites.get(other.siteId)?.name ?? '', device: other.name };
  };
}
