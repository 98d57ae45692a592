import { useEffect, useRef, useState } from 'react';
import type { Device, FoundDevice } from '../../../../electron/contract/model.ts';
import { useAct, useDiscovery, useWork } from '../../../app/host.tsx';
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
import { clockText, signed } from '../../../parts/rulers.ts';
import { useNow } from '../../../parts/time.tsx';
import css from './pair-dialog.module.css';

/** A device gives five tries before it closes (A26). */
const TRIES = 5;

/** Proves possession of a hub by the activation code on its label. A wrong code is never tried again by itself. */
export function PairDialog({
  device,
  found,
  replaces = false,
  onClose,
}: {
  device: Device;
  found: FoundDevice;
  /** It takes the place of the hub that stands there. */
  replaces?: boolean;
  onClose: () => void;
}) {
  const t = useText();
  const [code, setCode] = useState('');
  const pair = useAct((client, activationCode: string) =>
    client.work[replaces ? 'replaceHub' : 'pairHub']({
      deviceId: device.id,
      foundId: found.id,
      activationCode,
    }).then(() => true),
  );
  const { value: work } = useWork();
  const openSince = useOpenSince(found);
  const cancel = useAct((client, workId: string) => client.work.cancel({ workId }));
  const running =
    work?.state === 'running' && work.kind === (replaces ? 'replace_hub' : 'pair_hub') ? work : null;
  const left = pair.problem?.params.left;
  const closed = pair.problem?.code === 'pairing.closed';
  const tries = typeof left === 'number' ? left : 0;
  const shut = closed || left === 0;
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
      title={t(replaces ? 'pair.title.replace' : 'pair.title', { name: device.name })}
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
            kind={running?.needs == null && !shut ? 'key' : 'neutral'}
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
          {(typeof left === 'number' || closed) && (
            <p className={css.tries} role="status">
              <Segments count={TRIES} lit={tries} width={136} gap={4} />
              <b>
                <Text id="pair.tries" values={{ count: tries }} />
              </b>
            </p>
          )}
          {shut && !pair.busy && (
            <div className={css.hand} role="status">
              <b>
                <Text id={found.transport === 'usb' ? 'pair.open.usb' : 'pair.open.bluetooth'} />
              </b>
              <p>
                <Text id="pair.open.how" />
              </p>
              <PracticeHand needs="press_button" device={device} />
            </div>
          )}
          {openSince !== null && <OpenWindow since={openSince} />}
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

/** Since when the hub's Bluetooth is seen to be open, where that began while this dialog was. */
function useOpenSince(found: FoundDevice): number | null {
  const { value: discovery } = useDiscovery();
  const live = discovery?.devices.find((each) => each.id === found.id);
  const open = live?.state === 'pairing_open' && found.transport === 'bluetooth';
  const before = useRef(open);
  const [since, setSince] = useState<number | null>(null);
  useEffect(() => {
    if (open !== before.current) setSince(open ? Date.now() : null);
    before.current = open;
  }, [open]);
  return since;
}

/** Bluetooth on a hub stays open for so long after its button was pressed (A21). */
const OPEN_MS = 120_000;
const OPEN_SEGMENTS = 12;

function OpenWindow({ since }: { since: number }) {
  const now = useNow();
  const leftMs = Math.max(0, since + OPEN_MS - now.getTime());
  return (
    <p className={css.tries} role="timer">
      <Segments count={OPEN_SEGMENTS} lit={Math.ceil((leftMs / OPEN_MS) * OPEN_SEGMENTS)} width={136} />
      <b>
        <Text id="pair.open_for" values={{ time: clockText(leftMs) }} />
      </b>
    </p>
  );
}

function lampOf(found: FoundDevice): Lamp {
  if (found.state === 'factory') return 'white';
  return found.state === 'pairing_open' || found.connected ? 'green' : 'off';
}
