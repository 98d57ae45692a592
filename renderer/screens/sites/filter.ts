import type { SiteRow } from '../../../electron/contract/model.ts';

/** The filters above the list, in their order. */
export const siteFilters = [
  'all',
  'planned',
  'in_progress',
  'installed',
  'handing_over',
  'released',
  'attention',
] as const;
export type SiteFilter = (typeof siteFilters)[number];

/** The orders of the list. */
export const siteSorts = ['last_worked', 'name', 'next_step', 'unsent'] as const;
export type SiteSort = (typeof siteSorts)[number];

/** Whether a row belongs under a filter. A return visit is in progress; attention stands beside the state. */
export function passes(row: SiteRow, filter: SiteFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'attention':
      return row.attention !== null;
    case 'in_progress':
      return row.state === 'in_progress' || row.state === 'return_visit';
    default:
      return row.state === filter;
  }
}

/** How many rows each filter has. */
export function countByFilter(rows: readonly SiteRow[]): Record<SiteFilter, number> {
  const counts = Object.fromEntries(siteFilters.map((filter) => [filter, 0])) as Record<SiteFilter, number>;
  for (const row of rows) {
    for (const filter of siteFilters) if (passes(row, filter)) counts[filter] += 1;
  }
  return counts;
}

const haystacks = new WeakMap<SiteRow, string>();

/** Whether every word is in the row's name, place, UID, owner, MACs or lock ids; codes match without separators. */
export function matches(row: SiteRow, words: readonly string[]): boolean {
  let text = haystacks.get(row);
  if (text === undefined) {
    const parts = [row.name, row.city, row.siteUid ?? '', row.ownerName, row.ownerEmail, ...row.macs];
    text = fold(`${parts.join(' ')} ${row.macs.map((mac) => mac.replaceAll('.', '')).join(' ')}`);
    haystacks.set(row, text);
  }
  return words.every((word) => text.includes(word));
}

/** The words of a search, without case and accents. */
export function searchWords(search: string): string[] {
  return fold(search).split(/\s+/).filter(Boolean);
}

/** Case and accents do not matter to a search: `frysl` finds `Fryslân`. */
function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}

/** The rows of a filter and a search, in order. Names sort by `compare`, the locale's own. */
export function arrange(
  rows: readonly SiteRow[],
  options: { filter: SiteFilter; search: string; sort: SiteSort; compare: (a: string, b: string) => number },
): SiteRow[] {
  const words = searchWords(options.search);
  const shown = rows.filter((row) => passes(row, options.filter) && matches(row, words));
  return shown.sort((a, b) => order(a, b, options.sort) || options.compare(a.name, b.name));
}

function order(a: SiteRow, b: SiteRow, sort: SiteSort): number {
  switch (sort) {
    case 'name':
      return 0;
    case 'last_worked':
      return (b.lastWorkedAt ?? '').localeCompare(a.lastWorkedAt ?? '');
    case 'next_step':
      return stepOrder(a) - stepOrder(b);
    case 'unsent':
      return b.unsent - a.unsent;
  }
}

const steps: ReadonlyArray<SiteRow['nextStep']['kind']> = [
  'decide',
  'clear_blockers',
  'finish',
  'test_doors',
  'attach_locks',
  'set_network',
  'pair_hub',
  'start',
  'see_outbox',
  'follow_owner',
  'none',
];

function stepOrder(row: SiteRow): number {
  return steps.indexOf(row.nextStep.kind);
}
