import { useEffect, useMemo, useRef, useState } from 'react';
import type { Device, Site } from '../../../../electron/contract/model.ts';
import { go, sitePath } from '../../../app/route.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { cx } from '../../../parts/cx.ts';
import { Icon } from '../../../parts/icon.tsx';
import layout from '../../../parts/layout.module.css';
import { Rows, type RowsHandle, useRowHeight } from '../../../parts/rows.tsx';
import { State, ToneText } from '../../../parts/state.tsx';
import { deviceLook } from '../../../parts/states.ts';
import { Tabs } from '../../../parts/tabs.tsx';
import { DoorInHand } from './door-in-hand.tsx';
import { doorsInOrder, firstDoor, isTested } from './door-order.ts';
import css from './doors.module.css';

type Entry = { readonly door: Device } | { readonly head: number };
const HEAD_PX = 40;

/** The doors of a site: the list, and the one in hand. */
export function DoorsStep({ site, doorId }: { site: Site; doorId: string | null }) {
  const t = useText();
  const [tab, setTab] = useState<'to_do' | 'all'>('to_do');
  const list = useRef<RowsHandle | null>(null);
  const rowHeight = useRowHeight('--row');
  const doors = useMemo(() => doorsInOrder(site.devices), [site.devices]);
  const inHand = doors.find((door) => door.id === doorId) ?? firstDoor(doors);
  const entries = useMemo(() => entriesOf(doors, tab), [doors, tab]);
  const open = (door: Device) => go(sitePath(site.id, 'doors', door.id), { replace: true });

  const shownId = inHand?.id;
  useEffect(() => {
    // The address names the door in hand, so that it is the one that is open again.
    if (doorId === null && shownId !== undefined) go(sitePath(site.id, 'doors', shownId), { replace: true });
  }, [doorId, shownId, site.id]);

  if (doors.length === 0) {
    return (
      <section className={layout.pane} aria-label={t('step.doors')}>
        <div className={layout.empty}>
          <h2>
            <Text id="doors.empty" />
          </h2>
          <p>
            <Text id="doors.empty.why" />
          </p>
          <div className={layout.acts}>
            <Button kind="key" onPress={() => go(sitePath(site.id, 'hardware'))}>
              <Text id="handover.go.hardware" />
            </Button>
          </div>
        </div>
      </section>
    );
  }

  return (
    <div className={`${layout.split} ${css.doors}`}>
      <section className={layout.pane} aria-label={t('doors.list')}>
        <div className={`${layout.head} ${css.listHead}`}>
          <Tabs
            label={t('doors.filter')}
            tabs={[
              {
                id: 'to_do',
                label: <Text id="doors.to_do" />,
                count: (
                  <Text id="number" values={{ value: doors.filter((door) => !isTested(door)).length }} />
                ),
              },
              {
                id: 'all',
                label: <Text id="doors.all" />,
                count: <Text id="number" values={{ value: doors.length }} />,
              },
            ]}
            chosen={tab}
            onChoose={setTab}
          />
        </div>
        <Rows<Entry>
          role="listbox"
          label={t('doors.list')}
          handle={list}
          items={entries}
          keyOf={(entry) => ('door' in entry ? entry.door.id : 'tested')}
          heightOf={(entry) => ('door' in entry ? rowHeight : HEAD_PX)}
          active={inHand?.id ?? null}
          onActive={(key) => {
            const door = doors.find((each) => each.id === key);
            if (door) open(door);
          }}
          rowProps={(entry) =>
            'door' in entry
              ? {
                  className: cx(layout.row, css.row, entry.door.id === inHand?.id && layout.selected),
                  'aria-selected': entry.door.id === inHand?.id,
                }
              : { head: true }
          }
          render={(entry) =>
            'door' in entry ? (
              <DoorCells door={entry.door} />
            ) : (
              <div className={`${layout.section} ${css.listHead}`}>
                <Text id="doors.tested" />
                <span className={layout.count}>
                  <Text id="number" values={{ value: entry.head }} />
                </span>
              </div>
            )
          }
          onOpen={(entry) => 'door' in entry && open(entry.door)}
        />
      </section>
      {inHand && <DoorInHand key={inHand.id} site={site} door={inHand} doors={doors} onOpen={open} />}
    </div>
  );
}

/** To do first, then a head and what is tested; or all in the order of the tree. */
function entriesOf(doors: readonly Device[], tab: 'to_do' | 'all'): Entry[] {
  if (tab === 'all') return doors.map((door) => ({ door }));
  const tested = doors.filter(isTested);
  const open = doors.filter((door) => !isTested(door)).map((door) => ({ door }));
  return tested.length === 0 ? open : [...open, { head: tested.length }, ...tested.map((door) => ({ door }))];
}

function DoorCells({ door }: { door: Device }) {
  const { tone, mark, text } = deviceLook(door);
  return (
    <>
      <State tone={tone} mark={mark} />
      <span className={layout.two}>
        <b title={door.name}>{door.name}</b>
        <small>
          <ToneText tone={tone}>
            <Text id={text} />
          </ToneText>{' '}
          <span className={css.lockId}>
            {door.mac === null ? <Text id="doors.no_lock" /> : <Code value={door.mac} />}
          </span>
        </small>
      </span>
      <span className={css.chevron}>
        <Icon name="right" size={16} />
      </span>
    </>
  );
}
