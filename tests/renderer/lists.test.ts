import { createIntl } from 'react-intl';
import { describe, expect, it } from 'vitest';
import { mergeRows } from '../../renderer/app/host.tsx';
import { parseRoute, sitePath } from '../../renderer/app/route.ts';
import en from '../../renderer/i18n/en.json';
import { agoText, clockOrDayText } from '../../renderer/parts/time.tsx';
import { needsAddress, outboxEntries } from '../../renderer/screens/outbox/groups.ts';
import { arrange, countByFilter, matches, searchWords } from '../../renderer/screens/sites/filter.ts';
import { resolveTheme } from '../../renderer/theme/theme.ts';
import { fakeRows, fakeWorld } from '../support/fake-data.ts';

const compare = new Intl.Collator('en').compare;

describe('the list of sites', () => {
  const rows = fakeRows(400);

  it('finds by any word, without case, accents and separators', () => {
    const found = (search: string) =>
      rows.filter((row) => matches(row, searchWords(search))).map((row) => row.name);
    expect(found('súdwest')).toEqual(['Gemeentehuis Súdwest-Fryslân']);
    expect(found('FRYSLAN sneek')).toEqual(['Gemeentehuis Súdwest-Fryslân']);
    expect(found('4fa109')).toEqual(['Hotel Zur Alten Post, Personalhaus']);
    expect(found('4F.A1.09')).toEqual(['Hotel Zur Alten Post, Personalhaus']);
    expect(found('oßwald')).toEqual(['Hotel Zur Alten Post, Personalhaus']);
    expect(found('nowhere sneek')).toEqual([]);
  });

  it('counts a return visit as in progress, and attention beside its state', () => {
    expect(countByFilter(rows)).toMatchObject({
      all: 400,
      in_progress: 5,
      released: 2,
      attention: 1,
      handing_over: 1,
    });
  });

  it('sorts by what was worked on last, and by name where that is equal', () => {
    const shown = arrange(rows, { filter: 'all', search: '', sort: 'last_worked', compare });
    expect(shown[0]?.name).toBe('Hotel Zur Alten Post, Personalhaus');
    const byName = arrange(rows, { filter: 'released', search: '', sort: 'name', compare }).map(
      (row) => row.name,
    );
    expect(byName).toEqual(['Bakkerij Van den Broeck', 'Praxis Dr. Löwenstein & Partner']);
  });

  it('takes in changes, keeps what did not change, and drops what was removed', () => {
    const [first, second, third] = rows;
    if (!first || !second || !third) throw new Error('three rows');
    const changed = { ...second, unsent: 99 };
    const merged = mergeRows([first, second], {
      kind: 'change',
      rows: [changed, third],
      removed: [first.id],
    });
    expect(merged).toEqual([changed, third]);
    expect(mergeRows([first], { kind: 'snapshot', rows: [third], removed: [] })).toEqual([third]);
  });
});

describe('addresses', () => {
  it('can be opened again', () => {
    const id = '01990000-0000-7000-8000-000000000001';
    expect(parseRoute(sitePath(id, 'doors', 'a/b'))).toEqual({
      screen: 'site',
      siteId: id,
      step: 'doors',
      item: 'a/b',
    });
    expect(parseRoute(`/sites/${id}`)).toMatchObject({ screen: 'site', step: 'hardware' });
    expect(parseRoute('/sites/new')).toEqual({ screen: 'new_site' });
    expect(parseRoute('/%E0%A4%A')).toEqual({ screen: 'sites' });
  });
});

describe('the outbox', () => {
  it('puts what needs a person first, and what was sent behind its own tab', () => {
    const { sites } = fakeWorld(12).outbox;
    const entries = outboxEntries(sites, 'open');
    expect(entries[0]).toEqual({ kind: 'head', group: 'needs_person', count: 2 });
    expect(entries.some((entry) => entry.kind === 'site' && entry.site.group === 'sent')).toBe(false);
    expect(outboxEntries(sites, 'sent')).toHaveLength(2);
    expect(sites.filter(needsAddress).map((each) => each.siteName)).toEqual(['Clínica Dental Muñoz e Hijos']);
  });
});

describe('times and themes', () => {
  const intl = createIntl({ locale: 'en-GB', messages: en });
  const now = new Date(2026, 1, 4, 12, 0, 0);
  const said = (ms: number) => agoText(intl, new Date(now.getTime() - ms), now);

  it('are said as an installer says them', () => {
    expect(said(4_000)).toBe('4 s ago');
    expect(said(14 * 60_000)).toBe('14 min ago');
    expect(said(3 * 3_600_000)).toBe('3 h ago');
    expect(said(20 * 3_600_000)).toBe('yesterday');
    expect(said(-5_000)).toBe('0 s ago');
    expect(clockOrDayText(intl, new Date(2026, 1, 4, 9, 5), now)).toBe('09:05');
    expect(clockOrDayText(intl, new Date(2026, 1, 3, 16, 41), now)).toBe('Tue 16:41');
  });

  it('follow the laptop unless something was chosen; contrast goes before dark', () => {
    expect(resolveTheme('system', { contrast: true, dark: true })).toBe('contrast');
    expect(resolveTheme('system', { contrast: false, dark: true })).toBe('dark');
    expect(resolveTheme('light', { contrast: true, dark: true })).toBe('light');
  });
});
