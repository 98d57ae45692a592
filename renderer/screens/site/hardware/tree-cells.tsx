import type { ReactNode } from 'react';
import type { FoundDevice, Work } from '../../../../electron/contract/model.ts';
import { Text } from '../../../i18n/text.tsx';
import { Code } from '../../../parts/code.tsx';
import { cx } from '../../../parts/cx.ts';
import { Drawing, type Lamp } from '../../../parts/drawing.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { Signal } from '../../../parts/ruler.tsx';
import { State } from '../../../parts/state.tsx';
import { deviceLook, drawingOf } from '../../../parts/states.ts';
import css from './hardware.module.css';
import { isPaired, type TreeRow } from './tree.ts';

/** What one row of the tree shows: branches, drawing, name, code, state, signal and its menu. */
export function TreeCells({
  row,
  found,
  working,
  binding,
  onFold,
  menu,
}: {
  row: TreeRow;
  found: FoundDevice | undefined;
  working: Work | null;
  /** The found device that would be bound here. */
  binding: FoundDevice | null;
  onFold: () => void;
  menu: ReactNode;
}) {
  const { device } = row;
  const rssi = device.rssi ?? (device.kind === 'iq' ? (found?.rssi ?? null) : null);
  const code = binding?.mac ?? device.mac;
  return (
    <>
      <span className={css.name}>
        {row.guides.map((guide, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a guide is its column
          <i key={index} className={cx(css.guide, css[guide])} />
        ))}
        {row.hasChildren ? (
          // The arrow keys do the same for those who use no pointer.
          <span className={css.fold} onClick={onFold} aria-hidden="true">
            <Icon name={row.folded ? 'right' : 'down'} size={16} />
          </span>
        ) : (
          row.level === 1 && <span className={css.fold} />
        )}
        <Drawing name={drawingOf(device)} size={28} lamp={lampOf(row, found, working)} />
        <span className="cut" title={device.name}>
          {device.kind === 'iq' ? <b>{device.name}</b> : device.name}{' '}
          {device.kind === 'iq' && (
            <span className="quiet wide">
              <HubNote row={row} />
            </span>
          )}
        </span>
      </span>
      <span className={css.code}>
        {code === null ? (
          <span className="quiet">
            <Text id={`tree.none_yet.${device.kind}`} />
          </span>
        ) : (
          <Code value={code} />
        )}
      </span>
      <span>
        {binding !== null ? (
          <b className="nowrap">
            <Text id="tree.bind_here" />
          </b>
        ) : (
          <TreeState row={row} found={found} working={working} />
        )}
      </span>
      <span className={css.signal}>{rssi !== null && <Signal rssi={rssi} figure={false} />}</span>
      {menu}
    </>
  );
}

function TreeState({
  row,
  found,
  working,
}: {
  row: TreeRow;
  found: FoundDevice | undefined;
  working: Work | null;
}) {
  const { device } = row;
  if (working !== null) {
    return (
      <State tone="found" mark="running">
        <Text id={`tree.working.${working.kind}`} />
      </State>
    );
  }
  if (device.kind === 'iq' && found?.connected && isPaired(device)) {
    return (
      <State tone="paired">
        <Text id="device.state.connected" />
      </State>
    );
  }
  const unplannedButHeard =
    found !== undefined && (device.state === 'planned' || device.state === 'code_captured');
  const { tone, mark, text } = deviceLook(
    unplannedButHeard ? { state: 'found', rssi: null, batteryPercent: null } : device,
  );
  return (
    <State tone={tone} mark={mark}>
      <Text id={text} />
    </State>
  );
}

/** How full a hub is: locks attached of the most it takes, or doors planned below it. */
function HubNote({ row }: { row: TreeRow }) {
  const locks = row.below.filter((each) => each.kind === 'lock');
  const attached = locks.filter((each) => each.state === 'attached' || each.state === 'tested').length;
  return attached === 0 ? (
    <Text id="tree.doors_planned" values={{ count: locks.length }} />
  ) : (
    <Text id="tree.locks_attached" values={{ attached, count: locks.length }} />
  );
}

function lampOf({ device }: TreeRow, found: FoundDevice | undefined, working: Work | null): Lamp {
  if (working !== null) return 'white';
  if (device.kind !== 'iq' || found === undefined) return 'off';
  return found.connected ? 'green' : 'white';
}
