import { useEffect, useRef } from 'react';
import type { Practice } from '../../../electron/contract/model.ts';
import { useAct, usePractice } from '../../app/host.tsx';
import { Text, useText } from '../../i18n/text.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { Code } from '../../parts/code.tsx';
import { Drawing } from '../../parts/drawing.tsx';
import layout from '../../parts/layout.module.css';
import { modelText } from '../../parts/models.ts';
import { ProblemInline, ProblemNote } from '../../parts/problem.tsx';
import { State } from '../../parts/state.tsx';
import { drawingOf } from '../../parts/states.ts';
import css from './practice.module.css';

/** The practice world beside the work: mailbox, connection, and the virtual devices with their labels. */
export function PracticePanel({ onClose }: { onClose: () => void }) {
  const t = useText();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    // Only where the panel has the focus: Escape belongs to dialogs and menus before.
    const leave = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && panel.current?.contains(document.activeElement)) onClose();
    };
    addEventListener('keydown', leave);
    panel.current?.focus();
    return () => removeEventListener('keydown', leave);
  }, [onClose]);
  const { value: practice, problem } = usePractice();
  return (
    <aside ref={panel} className={css.panel} aria-label={t('practice.title')} tabIndex={-1}>
      <div className={layout.head}>
        <h2>
          <Text id="practice.title" />
        </h2>
        <span className="grow" />
        <IconButton kind="quiet" icon="x" label={t('practice.close')} onPress={onClose} />
      </div>
      <div className={layout.scroll}>
        {problem !== null && (
          <div className={css.block}>
            <ProblemNote problem={problem} />
          </div>
        )}
        {practice ? (
          <>
            <Cloud practice={practice} />
            <h3 className={layout.section}>
              <Text id="practice.devices" />
              <span className={layout.count}>
                <Text id="number" values={{ value: practice.devices.length }} />
              </span>
            </h3>
            <ul aria-label={t('practice.devices')}>
              {practice.devices.map((device) => (
                <VirtualDevice key={device.mac} device={device} />
              ))}
            </ul>
          </>
        ) : (
          <p className={css.block} role="status">
            <Text id="practice.starting" />
          </p>
        )}
      </div>
    </aside>
  );
}

function Cloud({ practice }: { practice: Practice }) {
  const t = useText();
  const reach = useAct((client, reachable: boolean) => client.practice.setReachable({ reachable }));
  return (
    <div className={css.block}>
      <div className={css.cloud}>
        {practice.cloudReachable ? (
          <State tone="tested">
            <Text id="practice.reachable" />
          </State>
        ) : (
          <State tone="offline">
            <Text id="practice.unreachable" />
          </State>
        )}
        <Button
          busy={reach.busy ? t('practice.switching') : undefined}
          onPress={() => void reach.run(!practice.cloudReachable)}
        >
          <Text id={practice.cloudReachable ? 'practice.disconnect' : 'practice.connect'} />
        </Button>
      </div>
      <p className={css.mailbox}>
        <a className={layout.link} href={practice.mailboxUrl} target="_blank" rel="noreferrer">
          <Text id="practice.mailbox" />
        </a>
        <span className="quiet small">
          <Text id="practice.mailbox.what" />
        </span>
      </p>
      {reach.problem !== null && <ProblemInline problem={reach.problem} />}
    </div>
  );
}

function VirtualDevice({ device }: { device: Practice['devices'][number] }) {
  const t = useText();
  const presentCard = useAct((client) => client.practice.presentCard({ mac: device.mac }));
  const pressButton = useAct((client) => client.practice.pressButton({ mac: device.mac }));
  const act = device.kind === 'lock' ? presentCard : pressButton;
  const { problem } = act;
  return (
    <li className={css.device} aria-label={device.mac}>
      <Drawing name={drawingOf(device)} size={40} lamp={device.powered ? 'green' : 'off'} />
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
      {problem !== null && (
        <div className={css.whole}>
          <ProblemInline problem={problem} />
        </div>
      )}
    </li>
  );
}
