import type { DeviceRecord, Intent, IntentKind, SiteRecord } from '../../../db/types.ts';
import type { Stage } from '../../contract/index.ts';
import { outboxStages } from '../../contract/index.ts';
import { planHandover } from './plan.ts';

type StageName = Stage['stage'];

/** Where each intent stands on the way over the sill. Papers have no intent yet: they are not needed. */
export const stageOfKind: Readonly<Record<IntentKind, StageName>> = {
  create_installation: 'site',
  update_installation: 'site',
  redeem_voucher: 'voucher',
  add_iq: 'hubs',
  add_repeater: 'locks',
  add_lock: 'locks',
  replace_tree: 'trees',
  invite_owner: 'invitation',
  correct_invitation: 'invitation',
  resend_invitation: 'invitation',
  release: 'release',
};

/** Whether an intent was tried and rests until its next try. */
export function rests(intent: Intent): boolean {
  return intent.state === 'waiting' && intent.attempts > 0;
}

function stageState(intents: readonly Intent[]): Stage['state'] {
  if (intents.length === 0) return 'not_needed';
  if (intents.some((intent) => intent.state === 'needs_person')) return 'needs_person';
  if (intents.every((intent) => intent.state === 'done')) return 'done';
  if (intents.some((intent) => intent.state === 'leased')) return 'running';
  return intents.some(rests) ? 'resting' : 'waiting';
}

/** The stages of a site that is not finished: what would go out, all of it waiting. */
function plannedStages(site: SiteRecord, devices: readonly DeviceRecord[]): Stage[] {
  let count = 0;
  const newId = () => String(count++);
  const kinds = planHandover({ siteId: site.id, voucher: site.voucher, devices, finish: null, newId });
  return outboxStages.map((stage) => {
    const total = kinds.filter(({ kind }) => stageOfKind[kind] === stage).length;
    return { stage, state: total === 0 ? 'not_needed' : 'waiting', done: 0, total };
  });
}

/** The stages of a site's way to the cloud, from its intents; before the finish, from what is planned. */
export function stagesOf(
  site: SiteRecord,
  devices: readonly DeviceRecord[],
  intents: readonly Intent[],
): Stage[] {
  if (intents.length === 0) return plannedStages(site, devices);
  const byStage = Map.groupBy(intents, (intent) => stageOfKind[intent.kind]);
  return outboxStages.map((stage) => {
    const here = byStage.get(stage) ?? [];
    const done = here.filter((intent) => intent.state === 'done').length;
    return { stage, state: stageState(here), done, total: here.length };
  });
}
