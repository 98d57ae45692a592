import { useState } from 'react';
import type { Problem } from '../../../../electron/contract/errors.ts';
import type { Device, FoundDevice, FoundWay } from '../../../../electron/contract/model.ts';
import { useAct } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button, IconButton } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { cx } from '../../../parts/cx.ts';
import { Drawing, type Lamp } from '../../../parts/drawing.tsx';
import { Icon } from '../../../parts/icon.tsx';
import layout from '../../../parts/layout.module.css';
import { modelOfFind, modelText } from '../../../parts/models.ts';
import { ProblemNote, useProblemText } from '../../../parts/problem.tsx';
import { Signal } from '../../../parts/ruler.tsx';
import { drawingOf } from '../../../parts/states.ts';
import { useNow } from '../../../parts/time.tsx';
import { isFading, type Standing, silentSeconds } from './found.ts';
import css from './hardware.module.css';

const BLINK_SECONDS = 10;

/** One device that is seen now: what it is, how near, and what to do with it. */
export function FoundRow({
  found,
  standing,
  selected,
  picked,
  removable,
  yourTurn,
  onBind,
  onPair,
  onShow,
  onWhy,
}: {
  found: FoundDevice;
  standing: Standing;
  selected: boolean;
  picked: boolean;
  /** Its port was added by path, and can be taken off the list. */
  removable: boolean;
  /** The next act on this screen is this row's. */
  yourTurn: boolean;
  onBind: (found: FoundDevice) => void;
  onPair: (device: Device, found: FoundDevice) => void;
  onShow: (deviceId: string) => void;
  onWhy: (found: FoundDevice) => void;
}) {
  const t = useText();
  const now = useNow();
  const [blinksUntil, setBlinksUntil] = useState(0);
  const identify = useAct((client, seconds: number) =>
    client.discovery.identify({ foundId: found.id, seconds }).then(() => seconds),
  );
  const secondsLeft = Math.ceil((blinksUntil - now.getTime()) / 1000);
  const blinking = secondsLeft > 0;
  const name = found.mac ?? found.place;

  const blink = async () => {
    const seconds = await identify.run(blinking ? 0 : BLINK_SECONDS);
    if (seconds !== undefined) setBlinksUntil(Date.now() + seconds * 1000);
  };

  if (standing.kind === 'problem' && found.problem !== null) {
    return (
      <li className={css.portProblem} aria-label={found.place}>
        <ProblemNote problem={found.problem} tone="attention">
          {removable && <RemovePort path={found.place} />}
        </ProblemNote>
      </li>
    );
  }
  const cure = cureOf(found);
  return (
    <li
      className={cx(
        css.foundRow,
        (selected || standing.kind === 'working') && layout.selected,
        picked && css.picked,
        isFading(found, now) && css.fading,
      )}
      aria-label={name}
      draggable={standing.kind === 'unplanned'}
      onDragStart={(event) => {
        event.dataTransfer.setData('text/plain', name);
        onBind(found);
      }}
    >
      <Drawing
        name={drawingOf({ kind: found.kind, model: modelOf(found, standing), mac: found.mac })}
        size={40}
        lamp={lampOf(found, standing, blinking)}
        blinking={blinking || found.state === 'pairing_open'}
      />
      <span className={layout.two}>
        <span>{found.mac === null ? found.place : <Code value={found.mac} />}</span>
        <small>
          <FoundNote found={found} standing={standing} blinkSeconds={blinking ? secondsLeft : null} />
        </small>
      </span>
      <span className={css.ways}>
        {found.ways.map((way) => (
          <Way key={way.transport + way.place} way={way} />
        ))}
      </span>
      <IconButton
        icon="blink"
        kind={blinking ? 'strong' : 'neutral'}
        label={t(blinking ? 'found.blinking' : 'found.blink', { name, seconds: secondsLeft })}
        onPress={() => void blink()}
      />
      <FoundAct
        found={found}
        standing={standing}
        name={name}
        yourTurn={yourTurn}
        onBind={onBind}
        onPair={onPair}
        onShow={onShow}
        onWhy={onWhy}
      />
      {cure !== null && (
        <div className={css.rowProblem}>
          <ProblemNote problem={cure} tone="attention">
            {removable && <RemovePort path={placeOf(found)} />}
          </ProblemNote>
        </div>
      )}
      {identify.problem !== null && (
        <div className={css.rowProblem}>
          <ProblemNote problem={identify.problem} tone="attention" />
        </div>
      )}
    </li>
  );
}

/** How near it is by the air, or by which port; a way that cannot be gone is struck out. */
function Way({ way }: { way: FoundWay }) {
  const t = useText();
  const problemText = useProblemText();
  if (way.transport === 'bluetooth') {
    return way.rssi === null ? (
      <span className={css.place} title={t('found.air')}>
        <Icon name="bluetooth" />
      </span>
    ) : (
      <Signal rssi={way.rssi} />
    );
  }
  return (
    <span className={cx(css.place, way.problem !== null && css.blocked)}>
      <Icon name="usb" />
      {way.problem !== null && <span className="hidden-visually">{problemText(way.problem).title}</span>}
      <span className="cut" title={way.place}>
        {way.place === '' ? t('found.usb') : way.place.split('/').at(-1)}
      </span>
    </span>
  );
}

function RemovePort({ path }: { path: string }) {
  const t = useText();
  const remove = useAct((client) => client.discovery.removePort({ path }));
  return (
    <div className={css.portActs}>
      <Button busy={remove.busy ? t('found.removing') : undefined} onPress={() => void remove.run()}>
        <Text id="found.remove_port" />
      </Button>
    </div>
  );
}

function FoundNote({
  found,
  standing,
  blinkSeconds,
}: {
  found: FoundDevice;
  standing: Standing;
  blinkSeconds: number | null;
}) {
  const t = useText();
  const now = useNow();
  const problemText = useProblemText();
  const known = modelText(t, modelOf(found, standing) ?? t(`device.kind.${found.kind}`));
  if (found.problem !== null) return problemText(found.problem).title;
  const blocked = blockedCable(found);
  if (blocked !== null)
    return (
      <span title={problemText(blocked).title}>
        <Text id="found.note.other_way" />
      </span>
    );
  if (blinkSeconds !== null)
    return <Text id="found.note.blinks" values={{ model: known, seconds: blinkSeconds }} />;
  if (isFading(found, now)) {
    return <Text id="found.note.silent" values={{ model: known, seconds: silentSeconds(found, now) }} />;
  }
  switch (standing.kind) {
    case 'working':
      return <Text id="found.note.working" values={{ name: <b>{standing.device.name}</b> }} />;
    case 'pair':
    case 'attach':
    case 'known':
      return found.connected ? (
        <Text
          id={found.place === '' ? 'found.note.linked' : 'found.note.connected'}
          values={{ model: known, place: found.place }}
        />
      ) : (
        <Text id="found.note.for" values={{ model: known, name: <b>{standing.device.name}</b> }} />
      );
    case 'other_site':
      return <Text id="found.note.other_site" values={{ model: known }} />;
    default:
      return <Text id="found.note.unplanned" values={{ model: known }} />;
  }
}

function FoundAct({
  found,
  standing,
  name,
  yourTurn,
  onBind,
  onPair,
  onShow,
  onWhy,
}: {
  found: FoundDevice;
  standing: Standing;
  name: string;
  yourTurn: boolean;
  onBind: (found: FoundDevice) => void;
  onPair: (device: Device, found: FoundDevice) => void;
  onShow: (deviceId: string) => void;
  onWhy: (found: FoundDevice) => void;
}) {
  const t = useText();
  const { run, busy } = useAct((client, device: Device) =>
    client.work.attach({ siteId: device.siteId, deviceIds: [device.id] }),
  );
  switch (standing.kind) {
    case 'pair':
      return (
        <Button
          kind={yourTurn ? 'key' : 'neutral'}
          className={css.act}
          label={t('found.pair', { name })}
          onPress={() => onPair(standing.device, found)}
        >
          <Text id="pair.verb" />
        </Button>
      );
    case 'attach':
      return (
        <Button
          className={css.act}
          label={t('found.attach', { name })}
          notYet={busy ? t('attach.running') : undefined}
          onPress={() => void run(standing.device)}
        >
          <Text id="attach.verb" />
        </Button>
      );
    case 'working':
    case 'known':
      return (
        <Button
          className={css.act}
          label={t('found.show', { name })}
          onPress={() => onShow(standing.device.id)}
        >
          <Text id="found.show.verb" />
        </Button>
      );
    case 'other_site':
      return (
        <Button className={css.act} label={t('found.why', { name })} onPress={() => onWhy(found)}>
          <Text id="found.why.verb" />
        </Button>
      );
    default:
      return (
        <Button className={css.act} label={t('found.bind', { name })} onPress={() => onBind(found)}>
          <Text id="found.bind.verb" />
        </Button>
      );
  }
}

/** Why the cable cannot be used, where the device is still reached over Bluetooth. */
function blockedCable(found: FoundDevice): Problem | null {
  return (
    found.ways.find((way) => way.transport === 'usb' && way.transport !== found.transport)?.problem ?? null
  );
}

/** What has to be put right at a port; a cable that was pulled needs no advice where the radio is left. */
function cureOf(found: FoundDevice): Problem | null {
  const problem = found.problem ?? blockedCable(found);
  return problem?.code === 'serial.port_gone' && found.problem === null ? null : problem;
}

/** The port by which a find is or was on the cable. */
export function placeOf(found: FoundDevice): string {
  return found.ways.find(({ transport }) => transport === 'usb')?.place ?? '';
}

function modelOf(found: FoundDevice, standing: Standing): string | null {
  return modelOfFind(found.model, 'device' in standing ? standing.device.model : null);
}

function lampOf(found: FoundDevice, standing: Standing, blinking: boolean): Lamp {
  if (blinking) return 'blue';
  if (found.connected || found.state === 'pairing_open') return 'green';
  if (found.state === 'factory' || standing.kind === 'working') return 'white';
  return 'off';
}
