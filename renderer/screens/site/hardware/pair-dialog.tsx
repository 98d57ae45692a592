import { useState } from 'react';
import type { Device, FoundDevice } from '../../../../electron/contract/model.ts';
import { useAct, useWork } from '../../../app/host.tsx';
import { PracticeHand } from '../../../app/practice-hand.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { CodeField, useScanner } from '../../../parts/code-field.tsx';
import { formatWhileTyping } from '../../../parts/codes.ts';
import { Dialog } from '../../../parts/dialog.tsx';
import { Drawing, type Lamp } from '../../../parts/drawing.tsx';
import { LabelDrawing } from '../../../parts/label-drawing.tsx';
import { ProblemInline } from '../../../parts/problem.tsx';
import { Segments } from '../../../parts/ruler.tsx';
import { signed } from '../../../parts/rulers.ts';
import css from './pair-dialog.module.css';

/** A device gives five tries before it closes (A26). */
const TRIES = 5;

/** Proves possession of a hub by the activation code on its label. A wrong code is never tried again by itself. */
export function PairDialog({
  device,
  found,
  onClose,
}: {
  device: Device;
  found: FoundDevice;
  onClose: () => void;
}) {
  const t = useText();
  const [code, setCode] = useState('');
  const pair = useAct((client, activationCode: string) =>
    client.work.pairHub({ deviceId: device.id, foundId: found.id, activationCode }).then(() => true),
  );
  const { value: work } = useWork();
  const cancel = useAct((client, workId: string) => client.work.cancel({ workId }));
  const running = work?.state === 'running' && work.kind === 'pair_hub' ? work : null;
  const left = pair.problem?.params.left;
  const close = async () => {
    if (pair.busy && running !== null) await cancel.run(running.id);
    onClose();
  };
  const submit = async (activationCode: string) => {
    if (activationCode.trim() === '' || pair.busy) return;
    if (await pair.run(activationCode.trim())) onClose();
  };
  useScanner(
    pair.busy
      ? null
      : (scanned) => {
          const formatted = formatWhileTyping('activation_code', scanned);
          setCode(formatted);
          void submit(formatted);
        },
  );
  return (
    <Dialog
      wide
      title={t('pair.title', { name: device.name })}
      lead={
        <Text
          id={found.transport === 'usb' ? 'pair.over_usb' : 'pair.over_bluetooth'}
          values={{
            model: found.model ?? device.model ?? t('device.kind.iq'),
            mac: <Code value={found.mac ?? device.mac ?? ''} />,
            place: found.place || 'none',
            rssi: signed(found.rssi ?? 0),
          }}
        />
      }
      picture={<Drawing name="iq" size={56} lamp={lampOf(found)} blinking={found.state === 'pairing_open'} />}
      onClose={() => void close()}
      footer={
        <>
          <Button big onPress={() => void close()}>
            <Text id="dialog.cancel" />
          </Button>
          <Button
            big
            kind={running?.needs == null ? 'key' : 'neutral'}
            busy={pair.busy ? t('pair.running') : undefined}
            notYet={code.trim() === '' ? t('pair.enter_code') : undefined}
            onPress={() => void submit(code)}
          >
            <Text id="pair.do" />
          </Button>
        </>
      }
    >
      <div className={css.body}>
        <div className={css.where}>
          <LabelDrawing label={t('pair.label_drawing')} />
          <p className="quiet small">
            <Text id="pair.where" />
          </p>
        </div>
        <div>
          <CodeField
            kind="activation_code"
            label={t('field.activation_code')}
            value={code}
            onChange={setCode}
            big
            secret
            autoFocus
            onEnter={() => void submit(code)}
            {...(pair.problem?.code === 'pairing.wrong_code' ? { refused: <span /> } : {})}
          />
          {pair.problem !== null && <ProblemInline problem={pair.problem} />}
          {typeof left === 'number' && (
            <p className={css.tries} role="status">
              <Segments count={TRIES} lit={left} width={136} gap={4} />
              <b>
                <Text id="pair.tries" values={{ count: left }} />
              </b>
            </p>
          )}
          {running?.needs != null && (
            <div className={css.hand} role="status">
              <b>
                <Text id={`work.hand.${running.needs}`} values={{ subject: device.name }} />
              </b>
              <p>
                <Text id={`work.hand.${running.needs}.how`} />
              </p>
              <PracticeHand needs={running.needs} device={device} />
            </div>
          )}
          <p className={`quiet small ${css.note}`}>
            <Text id={typeof left === 'number' ? 'pair.scanner' : 'pair.note'} />
          </p>
        </div>
      </div>
    </Dialog>
  );
}

function lampOf(found: FoundDevice): Lamp {
  if (found.state === 'factory') return 'white';
  return found.state === 'pairing_open' || found.connected ? 'green' : 'off';
}
