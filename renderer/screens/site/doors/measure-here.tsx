import { useState } from 'react';
import type { Device, Measure, Site } from '../../../../electron/contract/model.ts';
import { useAct, useWork } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Note } from '../../../parts/note.tsx';
import { ProblemNote } from '../../../parts/problem.tsx';
import { isLowBattery, isWeakSignal, signed } from '../../../parts/rulers.ts';
import { DeviceSheet } from '../device/device-sheet.tsx';
import css from './doors.module.css';

/** Measures a mounted lock again at its door: beside the hub everything is heard well. */
export function MeasureHere({ site, door }: { site: Site; door: Device }) {
  const t = useText();
  const { value: work } = useWork();
  const [sheet, setSheet] = useState(false);
  const [measured, setMeasured] = useState<Measure | null>(null);
  const measure = useAct(async (client) => setMeasured(await client.devices.measure({ deviceId: door.id })));
  // What the lock itself says is not asked for at the door: the hub hears it there, or does not.
  const problem = measure.problem ?? (measured?.heard === null ? measured.problem : null);
  const attached = door.state === 'attached' || door.state === 'tested' || door.state === 'faulty';
  const weak = attached && door.rssi !== null && isWeakSignal(door.rssi);
  const low = attached && door.batteryPercent !== null && isLowBattery(door.batteryPercent);
  return (
    <>
      <div className={css.measure}>
        {attached && (
          <Button
            icon="resend"
            notYet={work?.state === 'running' ? t('attach.wait') : undefined}
            busy={measure.busy ? t('sheet.measuring') : undefined}
            onPress={() => void measure.run()}
          >
            <Text id="doors.measure" />
          </Button>
        )}
        <Button kind="quiet" onPress={() => setSheet(true)}>
          <Text id="doors.more" />
        </Button>
        <span className="hidden-visually" role="status">
          {measured?.heard?.rssi != null && !measure.busy && (
            <Text id="measure.signal" values={{ rssi: signed(measured.heard.rssi) }} />
          )}
        </span>
      </div>
      {problem !== null && !measure.busy && <ProblemNote problem={problem} tone="attention" />}
      {weak && (
        <Note tone="attention" title={<Text id="doors.weak" values={{ rssi: signed(door.rssi ?? 0) }} />}>
          <p>
            <Text id="doors.weak.next" />
          </p>
        </Note>
      )}
      {low && (
        <Note
          tone="attention"
          title={<Text id="doors.low_battery" values={{ percent: door.batteryPercent ?? 0 }} />}
        >
          <p>
            <Text id="doors.low_battery.next" />
          </p>
        </Note>
      )}
      {sheet && <DeviceSheet site={site} deviceId={door.id} onClose={() => setSheet(false)} />}
    </>
  );
}
