import type { Stage } from '../../electron/contract/model.ts';
import type { IconName } from './icon.tsx';

/** The icon of each stage on the way over the sill. */
export const stageIcons: Record<Stage['stage'], IconName> = {
  site: 'sites',
  voucher: 'voucher',
  hubs: 'hub',
  locks: 'locks',
  trees: 'tree',
  papers: 'doc',
  invitation: 'mail',
  release: 'release',
};
