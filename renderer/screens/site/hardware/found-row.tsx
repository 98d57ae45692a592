import { useState } from 'react';
import type { Device, FoundDevice } from '../../../../electron/contract/model.ts';
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
  const remove = useAct((client) => client.discovery.removePort({ path: found.place }));
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
          {found.transport === 'usb' && (
            <div className={css.portActs}>
              <Button busy={remove.busy ? t('found.removing') : undefined} onPress={() => void remove.run()}>
                <Text id="found.remove_port" />
              </Button>
            </div>
          )}
        </ProblemNote>
      </li>
    );
  }
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
      {found.rssi !== null ? (
        <Signal rssi={found.rssi} />
      ) : (
        <span className={css.place}>
          <Icon name="usb" />
          <span className="cut" title={found.place}>
            {found.place.split('/').at(-1)}
          </span>
        </span>
      )}
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
      {identify.problem !== null && (
        <div className={css.rowProblem}>
          <ProblemNote problem={identify.problem} tone="attention" />
        </div>
      )}
    </li>
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

function modelOf(found: FoundDevice, standing: Standing): string | null {
  return modelOfFind(found.model, 'device' in standing ? standing.device.model : null);
}

function lampOf(found: FoundDevice, standing: Standing, blinking: boolean): Lamp {
  if (blinking) return 'blue';
  if (found.connected || found.state === 'pairing_open') return 'green';
  if (found.state === 'factory' || standing.kind === 'working') return 'white';
  return 'off';
}
