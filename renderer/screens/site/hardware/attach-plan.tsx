import type { Device } from '../../../../electron/contract/model.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Drawing } from '../../../parts/drawing.tsx';
import { drawingOf } from '../../../parts/states.ts';
import css from './attach-plan.module.css';
import type { AttachPlan } from './attach-ways.ts';

/** What the normal way is, and which device goes which, before anything is armed. */
export function AttachPlanDialog({
  hub,
  plan,
  notYet,
  onStart,
  onClose,
}: {
  hub: Device;
  plan: AttachPlan;
  notYet: string | undefined;
  onStart: () => void;
  onClose: () => void;
}) {
  const t = useText();
  const count = plan.air.length + plan.card.length;
  return (
    <Dialog
      wide
      title={t('attach.plan.title', { count })}
      lead={<Text id="attach.plan.lead" values={{ hub: hub.name }} />}
      picture={<Drawing name="iq" size={56} />}
      onClose={onClose}
      footer={
        <>
          <Button big onPress={onClose}>
            <Text id="dialog.cancel" />
          </Button>
          <Button big kind="key" notYet={notYet} onPress={onStart}>
            <Text id="attach.do" values={{ count }} />
          </Button>
        </>
      }
    >
      <Group way="air" devices={plan.air} />
      <Group way="card" devices={plan.card} />
      <p className={`quiet small ${css.note}`}>
        <Text id="attach.plan.whole" />
      </p>
    </Dialog>
  );
}

function Group({ way, devices }: { way: 'air' | 'card'; devices: readonly Device[] }) {
  if (devices.length === 0) return null;
  return (
    <section className={css.group}>
      <h3>
        <Text id={`attach.plan.${way}`} values={{ count: devices.length }} />
      </h3>
      <p className="quiet">
        <Text id={`attach.plan.${way}.how`} />
      </p>
      <ol className={css.devices}>
        {devices.map((device) => (
          <li key={device.id}>
            <Drawing name={drawingOf(device)} size={28} />
            <span className="cut" title={device.name}>
              {device.name}
            </span>
            {device.mac !== null && <Code value={device.mac} />}
          </li>
        ))}
      </ol>
    </section>
  );
}
