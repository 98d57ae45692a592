import type { OutboxSite } from '../../../electron/contract/model.ts';

/** A head of a group, or a site in it. */
export type OutboxEntry =
  | { readonly kind: 'head'; readonly group: OutboxSite['group']; readonly count: number }
  | { readonly kind: 'site'; readonly site: OutboxSite };

const order: readonly OutboxSite['group'][] = ['needs_person', 'running', 'resting', 'waiting', 'sent'];

/** The sites under the heads of their groups: what is open, or what was sent. */
export function outboxEntries(sites: readonly OutboxSite[], tab: 'open' | 'sent'): OutboxEntry[] {
  return order
    .filter((group) => (group === 'sent') === (tab === 'sent'))
    .flatMap((group): OutboxEntry[] => {
      const own = sites.filter((site) => site.group === group);
      if (own.length === 0) return [];
      return [
        { kind: 'head', group, count: own.length },
        ...own.map((site): OutboxEntry => ({ kind: 'site', site })),
      ];
    });
}

/** Whether what needs a person is the owner's address: the invitation is the stage that stands. */
export function needsAddress(site: OutboxSite): boolean {
  return site.stages.some((stage) => stage.stage === 'invitation' && stage.state === 'needs_person');
}
