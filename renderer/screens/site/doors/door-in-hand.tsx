import { useEffect } from 'react';
import type { Device, Site } from '../../../../electron/contract/model.ts';
import { useAct, useWork } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { DoorDrawing } from '../../../parts/door-drawing.tsx';
import layout from '../../../parts/layout.module.css';
import { modelText } from '../../../parts/models.ts';
import { ProblemInline } from '../../../parts/problem.tsx';
import { Battery, Signal } from '../../../parts/ruler.tsx';
import { State } from '../../../parts/state.tsx';
import { deviceLook, drawingOf } from '../../../parts/states.ts';
import { Ago } from '../../../parts/time.tsx';
import { wayTo } from '../hardware/tree.ts';
import { NextButton } from '../next-foot.tsx';
import { Checks } from './checks.tsx';
import { doorBefore, nextDoor, passedChecks } from './door-order.ts';
import css from './doors.module.css';
import { MeasureHere } from './measure-here.tsx';
import { isPlainKey } from './plain-key.ts';

const CHECKS = 7;

/** One door, big: its state, what is measured, its checks, and the way to the next one. */
export function DoorInHand({
  site,
  door,
  doors,
  onOpen,
}: {
  site: Site;
  door: Device;
  doors: readonly Device[];
  onOpen: (door: Device) => void;
}) {
  const t = useText();
  const { value: work } = useWork();
  const testing =
    work?.state === 'running' && work.kind === 'test_door' && work.deviceIds[0] === door.id ? work : null;
  const running = work?.state === 'running';
  const leadsOn = !['none', 'start', 'test_doors'].includes(site.nextStep.kind);
  const before = doorBefore(doors, door.id);
  const next = nextDoor(doors, door.id);
  const cancel = useAct((client, workId: string) => client.work.cancel({ workId }));
  const place = doors.findIndex((each) => each.id === door.id) + 1;

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!isPlainKey(event, 'n') || next === undefined) return;
      event.preventDefault();
      onOpen(next);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [next, onOpen]);

  return (
    <section className={layout.pane} aria-label={t('doors.in_hand')}>
      <div className={css.door}>
        <p className="quiet">
          <Text id="doors.place" values={{ place, count: doors.length }} />
          {door.floor !== '' && ` · ${t('doors.floor', { floor: door.floor })}`}
          <Way site={site} door={door} />
        </p>
        <h2 className={css.doorName}>{door.door === '' ? door.name : door.door}</h2>
        <Facts door={door} />
        {door.mac !== null && testing === null && <MeasureHere site={site} door={door} />}
        <div className={css.big}>
          <div className={css.picture}>
            <DoorDrawing
              lock={drawingOf(door)}
              lamp={testing === null ? 'off' : 'green'}
              label={t('doors.drawing', { lock: lockText(t, door) })}
            />
            <p className="quiet small">{lockText(t, door)}</p>
          </div>
          <Checks site={site} door={door} testing={testing} work={work ?? null} />
        </div>
      </div>
      <div className={layout.foot}>
        <Button
          big
          icon="left"
          notYet={before === undefined ? t('doors.first') : undefined}
          onPress={() => before && onOpen(before)}
        >
          <Text id="doors.back" />
        </Button>
        <span className="grow" />
        <span className="quiet nowrap wide" role="status">
          <Text id="doors.passed" values={{ passed: passedChecks(door), count: CHECKS }} />
        </span>
        {testing !== null && (
          <Button big kind="quiet" onPress={() => void cancel.run(testing.id)}>
            <Text id="doors.leave" />
          </Button>
        )}
        {next === undefined && testing === null && leadsOn && <NextButton site={site} />}
        {next !== undefined && (
          <Button
            big
            kind={door.state === 'tested' && !running ? 'key' : 'neutral'}
            shortcut="N"
            onPress={() => onOpen(next)}
            className={css.next}
          >
            <Text id="doors.next" values={{ name: next.name }} />
          </Button>
        )}
      </div>
      {cancel.problem !== null && <ProblemInline problem={cancel.problem} />}
    </section>
  );
}

function Way({ site, door }: { site: Site; door: Device }) {
  const [hub, ...repeaters] = wayTo(door, site.devices);
  if (hub === undefined) return null;
  const through = repeaters.map((each, index) => (
    <span key={each.id}>
      {index > 0 && ', '}
      {each.mac === null ? each.name : <Code value={each.mac} />}
    </span>
  ));
  return (
    <>
      {' · '}
      <Text id="doors.from" values={{ hub: hub.mac === null ? hub.name : <Code value={hub.mac} /> }} />
      {through.length > 0 && (
        <>
          {' '}
          <Text id="doors.through" values={{ repeaters: <>{through}</> }} />
        </>
      )}
    </>
  );
}

function Facts({ door }: { door: Device }) {
  const { tone, mark, text } = deviceLook(door);
  return (
    <dl className={css.facts}>
      <div>
        <dt>
          <Text id="doors.fact.state" />
        </dt>
        <dd>
          <State tone={tone} mark={mark}>
            <Text id={text} />
          </State>
        </dd>
      </div>
      <div className={css.minor}>
        <dt>
          <Text id="doors.fact.lock" />
        </dt>
        <dd>{door.mac === null ? <Text id="doors.no_lock" /> : <Code value={door.mac} />}</dd>
      </div>
      <div>
        <dt>
          <Text id="doors.fact.signal" />
        </dt>
        <dd>{door.rssi === null ? <Text id="none.dash" /> : <Signal rssi={door.rssi} />}</dd>
      </div>
      <div>
        <dt>
          <Text id="doors.fact.battery" />
        </dt>
        <dd>
          {door.batteryPercent === null ? <Text id="none.dash" /> : <Battery percent={door.batteryPercent} />}
        </dd>
      </div>
      <div className={css.minor}>
        <dt>
          <Text id="doors.fact.firmware" />
        </dt>
        <dd>{door.firmware ?? <Text id="none.dash" />}</dd>
      </div>
      <div className={css.minor}>
        <dt>
          <Text id="doors.fact.heard" />
        </dt>
        <dd>{door.heardAt === null ? <Text id="none.dash" /> : <Ago at={door.heardAt} />}</dd>
      </div>
    </dl>
  );
}

function lockText(t: ReturnType<typeof useText>, door: Device): string {
  const name = door.model === null ? t('device.kind.lock') : modelText(t, door.model);
  return door.radio === null ? name : t('doors.lock_and_radio', { name, radio: t(`radio.${door.radio}`) });
}
