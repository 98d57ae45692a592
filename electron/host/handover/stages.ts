import type { Store } from '../../../db/store.ts';
import type { AttemptRecord, DeviceRecord, Intent, IntentKind, SiteRecord } from '../../../db/types.ts';
import type { Outbox, OutboxSite, Stage } from '../../contract/index.ts';
import { outboxStages } from '../../contract/index.ts';
import { planHandover } from './plan.ts';

type StageName = Stage['stage'];

/** Where each intent stands on the way over the sill. Papers have no intent yet: they are not needed. */
const stageOfKind: Readonly<Record<IntentKind, StageName>> = {
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

/** History that a screen shows of one site. */
const longestHistory = 20;

/** Whether an intent was tried and rests until its next try. */
function rests(intent: Intent): boolean {
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

function groupOf(stages: readonly Stage[]): OutboxSite['group'] {
  const has = (state: Stage['state']) => stages.some((stage) => stage.state === state);
  if (has('needs_person')) return 'needs_person';
  if (has('running')) return 'running';
  if (has('resting')) return 'resting';
  return has('waiting') ? 'waiting' : 'sent';
}

function historyOf(attempts: readonly AttemptRecord[]): OutboxSite['history'] {
  return attempts.slice(0, longestHistory).map(({ at, kind, outcome, problem }) => ({
    at: new Date(at).toISOString(),
    stage: stageOfKind[kind],
    outcome,
    problem: problem && { code: problem.code, params: { ...problem.params } },
  }));
}

/** One finished site as the outbox shows it. */
function outboxSiteOf(store: Store, site: SiteRecord): OutboxSite {
  const intents = store.outbox.ofSite(site.id);
  const stages = stagesOf(site, [], intents);
  const resting = intents.filter(rests);
  const nextAt = resting.length === 0 ? null : Math.min(...resting.map((intent) => intent.nextAt));
  const told = [...intents.filter((intent) => intent.state === 'needs_person'), ...resting];
  const problem = site.attention ?? told.find((intent) => intent.problem !== null)?.problem ?? null;
  const group = groupOf(stages);
  return {
    siteId: site.id,
    siteName: site.name,
    group: group === 'sent' && site.attention !== null ? 'needs_person' : group,
    stages,
    problem: problem && { code: problem.code, params: { ...problem.params } },
    nextTryAt: nextAt === null ? null : new Date(nextAt).toISOString(),
    history: historyOf(store.outbox.attempts(site.id, longestHistory)),
  };
}

/**
 * The outbox: every finished site with something unsent or something for a person to do, and what was sent since
 * `dayBegan`.
 */
export function outboxOf(store: Store, dayBegan: number): Outbox {
  const open = new Set(store.outbox.openSites());
  const sites = store.sites
    .all()
    .filter((site) => site.finishedAt !== null)
    .filter((site) => open.has(site.id) || site.attention !== null || (site.releasedAt ?? 0) >= dayBegan);
  return {
    sites: sites.map((site) => outboxSiteOf(store, site)),
    unsent: store.outbox.counts().unsent,
    sentToday: store.outbox.sentSince(dayBegan),
  };
}
