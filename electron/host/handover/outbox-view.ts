import type { Store } from '../../../db/store.ts';
import { type AttemptRecord, type SiteRecord, untilWoken } from '../../../db/types.ts';
import type { Outbox, OutboxSite, Stage } from '../../contract/index.ts';
import { rests, stageOfKind, stagesOf } from './stages.ts';

/** History that a screen shows of one site. */
const longestHistory = 20;

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
  const nextAt = Math.min(...resting.map((intent) => intent.nextAt), untilWoken);
  const told = [...intents.filter((intent) => intent.state === 'needs_person'), ...resting];
  const problem = site.attention ?? told.find((intent) => intent.problem !== null)?.problem ?? null;
  const group = groupOf(stages);
  return {
    siteId: site.id,
    siteName: site.name,
    group: group === 'sent' && site.attention !== null ? 'needs_person' : group,
    stages,
    problem: problem && { code: problem.code, params: { ...problem.params } },
    nextTryAt: nextAt >= untilWoken ? null : new Date(nextAt).toISOString(),
    history: historyOf(store.outbox.attempts(site.id, longestHistory)),
  };
}

interface Shown {
  readonly site: OutboxSite;
  readonly releasedAt: number;
}

/** What is shown of each finished site, kept until the store says that it has changed. */
interface Kept {
  readonly shown: Map<string, Shown>;
  readonly stale: Set<string>;
}

/** A screen asks ten times a second while thousands of sites stand still. Goes with its store. */
const keptOf = new WeakMap<Store, Kept>();

function kept(store: Store): Kept {
  const found = keptOf.get(store);
  if (found !== undefined) return found;
  const finished = store.sites.all().filter((site) => site.finishedAt !== null);
  const made: Kept = { shown: new Map(), stale: new Set(finished.map((site) => site.id)) };
  store.onChange(({ siteIds }) => {
    for (const id of siteIds) made.stale.add(id);
  });
  keptOf.set(store, made);
  return made;
}

/**
 * The outbox: every finished site with something unsent or something for a person to do, and what was released
 * since `dayBegan`.
 */
export function outboxOf(store: Store, dayBegan: number): Outbox {
  const { shown, stale } = kept(store);
  for (const id of stale) {
    const site = store.sites.get(id);
    if (site === undefined || site.finishedAt === null) shown.delete(id);
    else shown.set(id, { site: outboxSiteOf(store, site), releasedAt: site.releasedAt ?? 0 });
  }
  stale.clear();
  return {
    sites: [...shown.values()]
      .filter(({ site, releasedAt }) => site.group !== 'sent' || releasedAt >= dayBegan)
      .map(({ site }) => site),
    unsent: store.outbox.counts().unsent,
    sentToday: store.outbox.sentSince(dayBegan),
  };
}
