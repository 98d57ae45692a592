import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { Input, Label, SearchField } from 'react-aria-components';
import { useIntl } from 'react-intl';
import type { SiteRow } from '../../../electron/contract/model.ts';
import { useSites } from '../../app/host.tsx';
import { go, sitePath } from '../../app/route.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import { cx } from '../../parts/cx.ts';
import { Icon } from '../../parts/icon.tsx';
import layout from '../../parts/layout.module.css';
import { Menu } from '../../parts/menu.tsx';
import { ProblemNote } from '../../parts/problem.tsx';
import { Rows, type RowsHandle, useRowHeight } from '../../parts/rows.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { EmptySites } from './empty-sites.tsx';
import { ExportButton } from './export-button.tsx';
import { arrange, countByFilter, type SiteFilter, type SiteSort, siteFilters, siteSorts } from './filter.ts';
import { SiteCells } from './site-cells.tsx';
import css from './sites.module.css';

/** The home of the app: one row per site. */
export function Sites() {
  const { value: rows, problem } = useSites();
  const t = useText();
  const intl = useIntl();
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<SiteFilter>('all');
  const [sort, setSort] = useState<SiteSort>('last_worked');
  const wanted = useDeferredValue(search);
  const list = useRef<RowsHandle | null>(null);
  const collator = useMemo(() => new Intl.Collator(intl.locale, { numeric: true }), [intl.locale]);
  const counts = useMemo(() => countByFilter(rows ?? []), [rows]);
  const shown = useMemo(
    () => arrange(rows ?? [], { filter, search: wanted, sort, compare: collator.compare }),
    [rows, filter, wanted, sort, collator],
  );
  const rowHeight = useRowHeight('--row');
  const empty = rows !== undefined && rows.length === 0;

  return (
    <div className={layout.screen}>
      <header className={layout.bar}>
        <h1>
          <Text id="sites.title" />
        </h1>
        {!empty && (
          <Search
            value={search}
            onChange={setSearch}
            onDown={() => {
              const [first] = shown;
              if (first) list.current?.focus(first.id);
            }}
          />
        )}
        <span className="grow" />
        {!empty && (
          <>
            <Button icon="import" onPress={() => go('/sites/import')}>
              <Text id="sites.import" />
            </Button>
            <ExportButton siteIds={filter === 'all' && wanted === '' ? null : shown.map(({ id }) => id)} />
            <Button icon="plus" onPress={() => go('/sites/new')}>
              <Text id="sites.new" />
            </Button>
          </>
        )}
      </header>
      {problem !== null && (
        <div className={css.problem}>
          <ProblemNote problem={problem} />
        </div>
      )}
      {empty ? (
        <EmptySites />
      ) : (
        <>
          <div className={layout.head}>
            <Tabs
              label={t('sites.filter')}
              tabs={siteFilters.map((id) => ({
                id,
                label: <Text id={`sites.filter.${id}`} />,
                count: <Text id="number" values={{ value: counts[id] }} />,
              }))}
              chosen={filter}
              onChoose={setFilter}
            />
            <span className="grow" />
            <span className="wide">
              <Menu
                label={t('sites.sort')}
                trigger={
                  <Button kind="quiet" icon="sort" onPress={() => undefined}>
                    <Text id={`sites.sort.${sort}`} />
                  </Button>
                }
                entries={siteSorts.map((id) => ({
                  id,
                  label: t(`sites.sort.${id}`),
                  onAction: () => setSort(id),
                }))}
              />
            </span>
          </div>
          <p className="hidden-visually" role="status">
            <Text id="sites.shown" values={{ count: shown.length }} />
          </p>
          <Heads />
          {rows !== undefined && shown.length === 0 ? (
            <div className={layout.empty}>
              <h2>
                <Text id="sites.none_found" />
              </h2>
              <p>
                <Text id="sites.none_found.why" />
              </p>
              <div className={layout.acts}>
                <Button
                  onPress={() => {
                    setSearch('');
                    setFilter('all');
                  }}
                >
                  <Text id="sites.show_all" />
                </Button>
              </div>
            </div>
          ) : (
            <Rows<SiteRow>
              role="grid"
              label={t('sites.title')}
              handle={list}
              items={shown}
              keyOf={(row) => row.id}
              heightOf={() => rowHeight}
              columns={7}
              rowProps={(row) => ({ className: cx(layout.row, css.columns), 'aria-label': row.name })}
              render={(row, reachable) => (
                <SiteCells row={row} reachable={reachable} yourTurn={row.id === shown[0]?.id} />
              )}
              onOpen={(row) => go(sitePath(row.id, 'hardware'))}
            />
          )}
        </>
      )}
    </div>
  );
}

function Search({
  value,
  onChange,
  onDown,
}: {
  value: string;
  onChange: (value: string) => void;
  onDown: () => void;
}) {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return (
    <SearchField className={css.search ?? ''} value={value} onChange={onChange}>
      <Label className="hidden-visually">{t('sites.search')}</Label>
      <Icon name="search" />
      <Input
        ref={input}
        className={css.searchInput ?? ''}
        placeholder={t('sites.search.hint')}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') onDown();
        }}
      />
      <kbd>/</kbd>
    </SearchField>
  );
}

function Heads() {
  return (
    <div className={cx(layout.columns, css.columns)} aria-hidden="true">
      <span>
        <Text id="sites.column.site" />
      </span>
      <span>
        <Text id="sites.column.state" />
      </span>
      <span className="wide">
        <Text id="sites.column.owner" />
      </span>
      <span>
        <Text id="sites.column.doors" />
      </span>
      <span className="number wide">
        <Text id="sites.column.unsent" />
      </span>
      <span className="wide">
        <Text id="sites.column.last_worked" />
      </span>
      <span>
        <Text id="sites.column.next" />
      </span>
    </div>
  );
}
