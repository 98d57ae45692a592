import type { NextStep } from '../../../electron/contract/model.ts';
import { outboxPath, sitePath } from '../../app/route.ts';

/** Where the next step of a site is done. */
export function placeOfStep(siteId: string, step: NextStep): string {
  switch (step.kind) {
    case 'start':
    case 'pair_hub':
    case 'attach_locks':
      return sitePath(siteId, 'hardware');
    case 'set_network':
      return sitePath(siteId, 'network');
    case 'test_doors':
      return sitePath(siteId, 'doors');
    case 'clear_blockers':
    case 'finish':
    case 'follow_owner':
    case 'none':
      return sitePath(siteId, 'handover');
    case 'see_outbox':
    case 'decide':
      return outboxPath(siteId);
  }
}
