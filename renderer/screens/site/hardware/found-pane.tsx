import { useState } from 'react';
import type { Device, Discovery, FoundDevice, Site } from '../../../../electron/contract/model.ts';
import { useDiscovery, useWork } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { cx } from '../../../parts/cx.ts';
import { Icon } from '../../../parts/icon.tsx';
import layout from '../../../parts/layout.module.css';
import { ProblemNote } from '../../../parts/problem.tsx';
import { nearestFirst, standingOf } from './found.ts';
import { FoundRow, placeOf } from './found-row.tsx';
import css from './hardware.module.css';
import { PortDialog } from './port-dialog.tsx';
import { nextToAttach } from './tree.ts';
import { WhyDialog } from './why-dialog.tsx';

/** What the cable and the radio show now, nearest first. */
export function FoundPane({
  site,
  selected,
  binding,
  onBind,
  onPair,
  onShow,
}: {
  site: Site;
  selected: string | null;
  binding: FoundDevice | null;
  onBind: (found: FoundDevice) => void;
  onPair: (device: Device, found: FoundDevice) => void;
  onShow: (deviceId: string) => void;
}) {
  const t = useText();
  const { value: discovery, problem } = useDiscovery();
  const { value: work } = useWork();
  const [onlyNew, setOnlyNew] = useState(false);
  const [why, setWhy] = useState<FoundDevice | null>(null);
  const [port, setPort] = useState(false);
  const wanted = (discovery?.devices ?? []).filter((each) => !onlyNew || each.planned === null);
  const cable = nearestFirst(wanted, 'usb');
  const air = nearestFirst(wanted, 'bluetooth');
  // A hub that waits for its code is next while nothing runs and nothing can be attached.
  const isFree = work?.state !== 'running' && nextToAttach(site.devices) === null;
  const toPair = isFree
    ? [...cable, ...air].find((each) => standingOf(each, site, work ?? null).kind === 'pair')
    : undefined;
  const isAdded = (path: string) =>
    discovery?.ports.some((each) => each.addedByPath && each.path === path) ?? false;
  const row = (found: FoundDevice) => (
    <FoundRow
      key={found.id}
      found={found}
      standing={standingOf(found, site, work ?? null)}
      selected={found.planned !== null && found.planned.deviceId === selected}
      picked={binding?.id === found.id}
      removable={isAdded(placeOf(found))}
      yourTurn={found.id === toPair?.id}
      onBind={onBind}
      onPair={onPair}
      onShow={onShow}
      onWhy={setWhy}
    />
  );
  return (
    <section className={layout.pane} aria-label={t('found.name')}>
      <div className={layout.head}>
        <h2>
          <Text id="found.title" />
        </h2>
        <span className="quiet nowrap">
          <Text id="found.order" />
        </span>
        <span className="grow" />
        <Button kind={onlyNew ? 'strong' : 'neutral'} pressed={onlyNew} onPress={() => setOnlyNew(!onlyNew)}>
          <Text id="found.only_new" />
        </Button>
      </div>
      <div className={layout.scroll}>
        {problem !== null && (
          <div className={css.portProblem}>
            <ProblemNote problem={problem} />
          </div>
        )}
        <h3 className={layout.section}>
          <Icon name="usb" />
          <Text id="found.cable" />
          <span className={layout.count}>
            <Text id="number" values={{ value: cable.length }} />
          </span>
        </h3>
        {cable.length === 0 ? (
          <div className={css.nothing}>
            <p>
              <Text id="found.no_cable" />
            </p>
            <div className={css.portActs}>
              <Button onPress={() => setPort(true)}>
                <Text id="found.add_port" />
              </Button>
            </div>
          </div>
        ) : (
          <ul aria-label={t('found.cable')}>{cable.map(row)}</ul>
        )}
        <h3 className={layout.section}>
          <Icon name="bluetooth" />
          <Text id="found.air" />
          <span className={layout.count}>
            <Text id="number" values={{ value: air.length }} />
          </span>
          <span className="grow" />
          <small className="wide">
            <Text id="found.heard_lately" />
          </small>
        </h3>
        <Radio discovery={discovery} />
        {air.length > 0 && <ul aria-label={t('found.air')}>{air.map(row)}</ul>}
      </div>
      {why !== null && <WhyDialog found={why} onClose={() => setWhy(null)} />}
      {port && <PortDialog onClose={() => setPort(false)} />}
    </section>
  );
}

/** What is said where nothing is heard: no adapter is a state, not an error. */
function Radio({ discovery }: { discovery: Discovery | undefined }) {
  if (discovery === undefined) {
    return (
      <p className={cx(css.nothing)} role="status">
        <Text id="found.starting" />
      </p>
    );
  }
  const problem = discovery.bluetoothProblem;
  if (problem !== null) {
    return (
      <div className={css.portProblem}>
        <ProblemNote problem={problem} tone="offline" />
      </div>
    );
  }
  if (discovery.devices.some((each) => each.transport === 'bluetooth')) return null;
  return (
    <p className={css.nothing}>
      <Text id="found.no_air" />
    </p>
  );
}
