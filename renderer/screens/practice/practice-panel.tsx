import { useEffect, useRef, useState } from 'react';
import type { Practice } from '../../../electron/contract/model.ts';
import { useAct, usePractice } from '../../app/host.tsx';
import { Text, useText } from '../../i18n/text.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { Switch, TextField } from '../../parts/fields.tsx';
import layout from '../../parts/layout.module.css';
import { modelText } from '../../parts/models.ts';
import { ProblemInline, ProblemNote } from '../../parts/problem.tsx';
import { State } from '../../parts/state.tsx';
import css from './practice.module.css';
import { VirtualDevice } from './virtual-device.tsx';

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
            <Surroundings surroundings={practice.surroundings} />
            <Devices devices={practice.devices} />
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

function Surroundings({ surroundings }: { surroundings: Practice['surroundings'] }) {
  const t = useText();
  const set = useAct((client, next: Practice['surroundings']) => client.practice.setSurroundings(next));
  const well = useAct((client) => client.practice.makeWell());
  const problem = set.problem ?? well.problem;
  return (
    <section className={css.block} aria-label={t('practice.surroundings')}>
      {(['cable', 'internet'] as const).map((what) => (
        <div key={what} className={css.setting}>
          <span aria-hidden="true">
            <Text id={`practice.${what}`} />
          </span>
          <Switch
            label={t(`practice.${what}`)}
            on={surroundings[what]}
            onChange={(on) => void set.run({ ...surroundings, [what]: on })}
          />
        </div>
      ))}
      <div className={css.acts}>
        <Button busy={well.busy ? t('practice.doing') : undefined} onPress={() => void well.run()}>
          <Text id="practice.well" />
        </Button>
      </div>
      {problem !== null && <ProblemInline problem={problem} />}
    </section>
  );
}

/** More than this, and the list can be narrowed. */
const FEW = 6;

function Devices({ devices }: { devices: Practice['devices'] }) {
  const t = useText();
  const [sought, setSought] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const key = sought.trim().toLowerCase();
  const shown = devices.filter(
    ({ mac, model }) => mac.toLowerCase().includes(key) || modelText(t, model).toLowerCase().includes(key),
  );
  return (
    <>
      <h3 className={layout.section}>
        <Text id="practice.devices" />
        <span className={layout.count}>
          <Text id="number" values={{ value: devices.length }} />
        </span>
      </h3>
      {devices.length > FEW && (
        <div className={css.block}>
          <TextField
            label={t('practice.filter')}
            type="search"
            maxLength={64}
            value={sought}
            onChange={setSought}
          />
        </div>
      )}
      {shown.length === 0 && devices.length > 0 && (
        <p className={css.block} role="status">
          <Text id="practice.none" />
        </p>
      )}
      <ul aria-label={t('practice.devices')}>
        {shown.map((device) => (
          <VirtualDevice
            key={device.mac}
            device={device}
            open={open === device.mac}
            onOpen={(wanted) => setOpen(wanted ? device.mac : null)}
          />
        ))}
      </ul>
    </>
  );
}
