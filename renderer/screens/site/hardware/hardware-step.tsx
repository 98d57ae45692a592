import { useEffect, useRef, useState } from 'react';
import type { Device, FoundDevice, Site } from '../../../../electron/contract/model.ts';
import { useAct, useWork } from '../../../app/host.tsx';
import layout from '../../../parts/layout.module.css';
import { ProblemNote } from '../../../parts/problem.tsx';
import type { RowsHandle } from '../../../parts/rows.tsx';
import { FirmwarePane } from '../firmware/firmware-pane.tsx';
import { DeviceDialog, type DeviceDraft } from './device-dialog.tsx';
import { FoundPane } from './found-pane.tsx';
import css from './hardware.module.css';
import { PairDialog } from './pair-dialog.tsx';
import { freePlaces } from './tree.ts';
import { TreePane } from './tree-pane.tsx';

/** The tree as it is planned, beside what the cable and the radio show now. */
export function HardwareStep({ site, deviceId }: { site: Site; deviceId: string | null }) {
  const [selected, setSelected] = useState<string | null>(deviceId);
  const [binding, setBinding] = useState<FoundDevice | null>(null);
  const [pairing, setPairing] = useState<{ device: Device; found: FoundDevice } | null>(null);
  const [draft, setDraft] = useState<DeviceDraft | null>(null);
  const { value: work } = useWork();
  // What became of an update is looked for here, whoever opened what before.
  const updates = work?.kind === 'update_firmware' && work.siteId === site.id && work.state !== 'done';
  const [firmware, setFirmware] = useState<boolean | null>(null);
  const tree = useRef<RowsHandle | null>(null);
  const bind = useAct((client, input: { deviceId: string; foundId: string }) =>
    client.devices.bindFound(input),
  );

  const show = (deviceId: string) => {
    setSelected(deviceId);
    tree.current?.focus(deviceId);
  };
  const bindTo = async (device: Device, foundId: string) => {
    setBinding(null);
    await bind.run({ deviceId: device.id, foundId });
    show(device.id);
  };

  /** Takes a found device in hand: the places that fit are marked in the tree, the first has the focus. */
  const startBinding = (found: FoundDevice) => {
    bind.forget();
    const [first] = freePlaces(site.devices, found.kind);
    if (first === undefined) {
      setDraft({ kind: found.kind === 'unknown' ? 'lock' : found.kind, found });
      return;
    }
    setBinding(found);
    show(first.id);
  };

  useEffect(() => {
    if (deviceId !== null) tree.current?.focus(deviceId);
  }, [deviceId]);

  useEffect(() => {
    if (binding === null) return;
    const listen = (event: KeyboardEvent) => {
      if (event.key === 'Escape') setBinding(null);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [binding]);

  return (
    <div className={`${layout.split} ${css.hardware}`}>
      <div className={css.left}>
        {bind.problem !== null && (
          <div className={css.problem}>
            <ProblemNote problem={bind.problem} />
          </div>
        )}
        <TreePane
          site={site}
          handle={tree}
          selected={selected}
          onSelect={setSelected}
          binding={binding}
          onBind={bindTo}
          onStopBinding={() => setBinding(null)}
          onDraft={setDraft}
          onPair={(device, found) => setPairing({ device, found })}
          onFirmware={() => setFirmware(true)}
        />
      </div>
      {(firmware ?? updates) ? (
        <FirmwarePane site={site} onClose={() => setFirmware(false)} />
      ) : (
        <FoundPane
          site={site}
          selected={selected}
          binding={binding}
          onBind={startBinding}
          onPair={(device, found) => setPairing({ device, found })}
          onShow={show}
        />
      )}
      {pairing !== null && (
        <PairDialog device={pairing.device} found={pairing.found} onClose={() => setPairing(null)} />
      )}
      {draft !== null && (
        <DeviceDialog
          site={site}
          draft={draft}
          onClose={() => setDraft(null)}
          onSaved={(deviceId) => {
            setDraft(null);
            show(deviceId);
          }}
        />
      )}
    </div>
  );
}
