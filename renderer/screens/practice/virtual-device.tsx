import { useId } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { type Practice, type PracticeFault, practiceFaultSchema } from '../../../electron/contract/model.ts';
import { useAct } from '../../app/host.tsx';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import { Code } from '../../parts/code.tsx';
import { Drawing, type Lamp, lamps } from '../../parts/drawing.tsx';
import { Select, Switch } from '../../parts/fields.tsx';
import { Icon } from '../../parts/icon.tsx';
import layout from '../../parts/layout.module.css';
import { modelText } from '../../parts/models.ts';
import { ProblemInline } from '../../parts/problem.tsx';
import { State } from '../../parts/state.tsx';
import { drawingOf } from '../../parts/states.ts';
import css from './practice.module.css';

type Device = Practice['devices'][number];

/** One virtual device: what its label says, a hand at it, and, when it is open, all that can happen to it. */
export function VirtualDevice({
  device,
  open,
  onOpen,
}: {
  device: Device;
  open: boolean;
  onOpen: (open: boolean) => void;
}) {
  const t = useText();
  const details = useId();
  const presentCard = useAct((client) => client.practice.presentCard({ mac: device.mac }));
  const pressButton = useAct((client) => client.practice.pressButton({ mac: device.mac }));
  const act = device.kind === 'lock' ? presentCard : pressButton;
  const { problem } = act;
  return (
    <li className={css.device} aria-label={device.mac}>
      <Drawing
        name={drawingOf(device)}
        size={40}
        lamp={lampOf(device)}
        blinking={/^blink/.test(device.led)}
      />
      <span className={layout.two}>
        <span>
          <Code value={device.mac} />
        </span>
        <small>
          {device.activationCode === device.mac ? (
            modelText(t, device.model)
          ) : (
            <Text
              id="practice.label"
              values={{ model: modelText(t, device.model), code: <code>{device.activationCode}</code> }}
            />
          )}
        </small>
      </span>
      <Button
        label={t(device.kind === 'lock' ? 'practice.present_card_at' : 'practice.press_button_of', {
          mac: device.mac,
        })}
        busy={act.busy ? t('practice.doing') : undefined}
        onPress={() => void act.run()}
      >
        <Text id={device.kind === 'lock' ? 'practice.present_card' : 'practice.press_button'} />
      </Button>
      <AriaButton
        className={css.opener ?? ''}
        aria-label={t('practice.open', { mac: device.mac })}
        aria-expanded={open}
        {...(open ? { 'aria-controls': details } : {})}
        onPress={() => onOpen(!open)}
      >
        <span className={open ? css.turned : undefined}>
          <Icon name="down" size={16} />
        </span>
      </AriaButton>
      <Condition device={device} />
      {problem !== null && (
        <div className={css.whole}>
          <ProblemInline problem={problem} />
        </div>
      )}
      {open && <Details id={details} device={device} />}
    </li>
  );
}

/** What is not as it should be; nothing where all is well. */
function Condition({ device: { powered, faults, rssi } }: { device: Device }) {
  if (powered && faults.length === 0 && rssi !== null) return null;
  const attention = powered && faults.length > 0;
  return (
    <div className={css.condition}>
      <State tone={attention ? 'attention' : 'offline'} size={16} light>
        {attention ? (
          <Text id="practice.faults_on" values={{ count: faults.length }} />
        ) : (
          <Text id={powered ? 'practice.unheard' : 'practice.off'} />
        )}
      </State>
    </div>
  );
}

/** Where a device may be put, in metres from the laptop. */
const distances = [1, 3, 10, 30, 60, 120];

function Details({ id, device }: { id: string; device: Device }) {
  const t = useText();
  const { mac, powered, metres, rssi } = device;
  const power = useAct((client) => client.practice.setPower({ mac, on: !powered }));
  const reset = useAct((client) => client.practice.holdReset({ mac }));
  const place = useAct((client, to: number) => client.practice.setDistance({ mac, metres: to }));
  const fault = useAct((client, change: { fault: PracticeFault; on: boolean }) =>
    client.practice.setFault({ mac, ...change }),
  );
  const problem = power.problem ?? reset.problem ?? place.problem ?? fault.problem;
  const choices = [...new Set([...distances, metres])].sort((a, b) => a - b);
  return (
    <div id={id} className={css.details}>
      <div className={css.acts}>
        <Button busy={power.busy ? t('practice.doing') : undefined} onPress={() => void power.run()}>
          <Text id={powered ? 'practice.power_off' : 'practice.power_on'} />
        </Button>
        <Button busy={reset.busy ? t('practice.doing') : undefined} onPress={() => void reset.run()}>
          <Text id="practice.hold_reset" />
        </Button>
      </div>
      <Select
        label={t('practice.distance')}
        value={String(metres)}
        choices={choices.map((each) => ({ id: String(each), label: t('practice.metres', { metres: each }) }))}
        onChange={(to) => void place.run(Number(to))}
        hint={
          rssi === null ? (
            <Text id="practice.unheard" />
          ) : (
            <Text id="practice.signal" values={{ metres, rssi }} />
          )
        }
      />
      <h4 className={css.heading}>
        <Text id="practice.faults" />
      </h4>
      <ul aria-label={t('practice.faults')}>
        {practiceFaultSchema.options.filter(fits(device)).map((kind) => (
          <li key={kind} className={css.setting}>
            <span className={css.words}>
              <span>
                <Text id={`practice.fault.${kind}`} />
              </span>
              <small className="quiet">
                <Text id={`practice.fault.${kind}.what`} />
              </small>
            </span>
            <Switch
              label={t(`practice.fault.${kind}`)}
              on={device.faults.includes(kind)}
              onChange={(on) => void fault.run({ fault: kind, on })}
            />
          </li>
        ))}
      </ul>
      {problem !== null && <ProblemInline problem={problem} />}
    </div>
  );
}

const onCable: ReadonlySet<PracticeFault> = new Set(['busy_port', 'wrong_crc', 'text_noise']);
const ofLocks: ReadonlySet<PracticeFault> = new Set(['flat_battery', 'jammed']);

/** Whether a kind of device can have a fault: only hubs have a cable, only locks a motor and a battery. */
function fits({ kind }: Device): (fault: PracticeFault) => boolean {
  return (fault) => (kind === 'iq' || !onCable.has(fault)) && (kind === 'lock' || !ofLocks.has(fault));
}

/** The colour of its LED (A52). */
function lampOf({ led, powered, kind }: Device): Lamp {
  const colour = lamps.find((lamp) => led.endsWith(`_${lamp}`));
  return colour ?? (powered && kind !== 'iq' ? 'green' : 'off');
}
