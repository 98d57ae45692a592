import type { Intent, SiteRecord } from '../../../db/types.ts';
import type { Site } from '../../contract/index.ts';

/**
 * What may still be entered about a site: everything until the finish; afterwards what the cloud refused for certain,
 * so that its key is free for what is right (C9).
 */
export function editableOf(site: Pick<SiteRecord, 'state'>, intents: readonly Intent[]): Site['editable'] {
  if (site.state === 'planned' || site.state === 'in_progress') return 'all';
  const refused = new Set(
    intents
      .filter((intent) => intent.state === 'needs_person' && !intent.uncertain)
      .map((intent) => intent.kind),
  );
  if (refused.has('create_installation')) return 'all';
  return refused.has('redeem_voucher') ? 'voucher' : 'nothing';
}
