import { useState } from 'react';
import type { Outbox, OutboxSite } from '../../../electron/contract/model.ts';
import { useAct, useAppState, useOutbox } from '../../app/host.tsx';
import { go, outboxPath } from '../../app/route.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import { cx } from '../../parts/cx.ts';
import { Icon } from '../../parts/icon.tsx';
import layout from '../../parts/layout.module.css';
import { ProblemNote } from '../../parts/problem.tsx';
import { Rows, useRowHeight } from '../../parts/rows.tsx';
import { State } from '../../parts/state.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { type OutboxEntry, outboxEntries } from './groups.ts';
import css from './outbox.module.css';
import { OutboxCells, StageHeads } from './outbox-cells.tsx';
import { OutboxDetail } from './outbox-detail.tsx';

const HEAD_PX = 40;
const MINUTE_MS = 60_000;
/** Less than this the laptop's clock is right. */
const CLOCK_RIGHT_WITHIN_MS = MINUTE_MS;

const groupLooks = {
  needs_person: ['attention', 'attention'],
  running: ['found', 'running'],
  resting: ['offline', 'resting'],
  waiting: ['planned', 'planned'],
  sent: ['tested', 'tested'],
} as const;

/** What waits, runs, rests and needs a person, per site. */
export function OutboxScreen({ siteId }: { siteId: string | null }) {
  const t = useText();
  const { value: outbox, problem } = useOutbox();
  const [tab, setTab] = useState<'open' | 'sent'>('open');
  const sync = useAct((client) => client.outbox.syncNow());
  const rowHeight = useRowHeight('--row');
  const open = (outbox?.sites ?? []).filter((site) => site.group !== 'sent');
  const entries = outboxEntries(outbox?.sites ?? [], tab);
  const chosen = outbox?.sites.find((site) => site.siteId === siteId) ?? null;
  const shown = chosen ?? open.find((site) => site.group === 'needs_person') ?? null;

  return (
    <div className={layout.screen}>
      <header className={layout.bar}>
        <h1>
          <Text id="jamb.outbox" />
        </h1>
        <Tabs
          label={t('outbox.filter')}
          tabs={[
            {
              id: 'open',
              label: <Text id="outbox.open" />,
              count: <Text id="outbox.sites" values={{ count: open.length }} />,
            },
            {
              id: 'sent',
              label: <Text id="outbox.sent" />,
              count: <Text id="number" values={{ value: outbox?.sentToday ?? 0 }} />,
            },
          ]}
          chosen={tab}
          onChoose={setTab}
        />
        <span className="grow" />
        <ClockNote />
        <Button
          icon="resend"
          busy={sync.busy ? t('outbox.syncing') : undefined}
          onPress={() => void sync.run()}
        >
          <Text id="outbox.sync" />
        </Button>
      </header>
      {(problem ?? sync.problem) !== null && (
        <div className={css.problem}>
          <ProblemNote problem={problem ?? sync.problem ?? { code: 'app.internal', params: {} }} />
        </div>
      )}
      <div className={cx(layout.split, css.outbox, chosen !== null && css.opened)}>
        <section className={layout.pane} aria-label={t('outbox.list')}>
          <StageHeads />
          {outbox !== undefined && entries.length === 0 ? (
            <div className={layout.empty}>
              <h2>
                <Text id={tab === 'open' ? 'outbox.empty' : 'outbox.none_sent'} />
              </h2>
              <p>
                <Text id={tab === 'open' ? 'outbox.empty.why' : 'outbox.none_sent.why'} />
              </p>
            </div>
          ) : (
            <Rows<OutboxEntry>
              role="grid"
              label={t('outbox.list')}
              columns={3}
              items={entries}
              keyOf={(entry) => (entry.kind === 'head' ? entry.group : entry.site.siteId)}
              heightOf={(entry) => (entry.kind === 'head' ? HEAD_PX : rowHeight)}
              rowProps={(entry) =>
                entry.kind === 'head'
                  ? { head: true }
                  : {
                      className: cx(
                        layout.row,
                        css.columns,
                        entry.site.siteId === shown?.siteId && layout.selected,
                      ),
                      'aria-label': entry.site.siteName,
                      'aria-selected': entry.site.siteId === shown?.siteId,
                    }
              }
              render={(entry, reachable) =>
                entry.kind === 'head' ? (
                  <GroupHead group={entry.group} count={entry.count} />
                ) : (
                  <OutboxCells site={entry.site} reachable={reachable} />
                )
              }
              onOpen={(entry) => entry.kind === 'site' && go(outboxPath(entry.site.siteId))}
            />
          )}
        </section>
        <section className={cx(layout.pane, css.detail)} aria-label={t('outbox.detail')}>
          {shown === null ? <Nothing outbox={outbox} /> : <OutboxDetail key={shown.siteId} site={shown} />}
        </section>
      </div>
    </div>
  );
}

function GroupHead({ group, count }: { group: OutboxSite['group']; count: number }) {
  const [tone, mark] = groupLooks[group];
  return (
    <div className={layout.section}>
      <State tone={tone} mark={mark}>
        <Text id={`outbox.group.${group}`} />
      </State>
      <span className={layout.count}>
        <Text id="number" values={{ value: count }} />
      </span>
      <span className="grow" />
      {group === 'resting' && (
        <small>
          <Text id="outbox.by_itself" />
        </small>
      )}
    </div>
  );
}

function ClockNote() {
  const { value: app } = useAppState();
  const offset = app?.cloud.clockOffsetMs ?? null;
  if (offset === null || Math.abs(offset) < CLOCK_RIGHT_WITHIN_MS) return null;
  const minutes = Math.round(Math.abs(offset) / MINUTE_MS);
  return (
    <span className={`${css.clock} wide`}>
      <Icon name="clock" size={16} />
      <Text id={offset < 0 ? 'outbox.clock_fast' : 'outbox.clock_slow'} values={{ minutes }} />
    </span>
  );
}

function Nothing({ outbox }: { outbox: Outbox | undefined }) {
  return (
    <div className={layout.empty}>
      <p>
        <Text id={outbox === undefined ? 'outbox.opening' : 'outbox.choose'} />
      </p>
    </div>
  );
}
