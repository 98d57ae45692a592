import type { Device, Site } from '../../../../electron/contract/model.ts';
import { useAct } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { ProblemInline } from '../../../parts/problem.tsx';
import { treeRows } from './tree.ts';

/** Takes a place out of the plan, after it has said what goes with it. */
export function RemoveDevice({ site, device, onClose }: { site: Site; device: Device; onClose: () => void }) {
  const t = useText();
  const remove = useAct((client) => client.devices.remove({ deviceId: device.id }).then(() => true));
  const below =
    treeRows(site.devices, new Set()).find((row) => row.device.id === device.id)?.below.length ?? 0;
  return (
    <Dialog
      title={t('device.remove.title', { name: device.name })}
      onClose={onClose}
      footer={
        <>
          <Button big onPress={onClose}>
            <Text id="dialog.cancel" />
          </Button>
          <Button
            big
            kind="danger"
            busy={remove.busy ? t('device.removing') : undefined}
            onPress={async () => {
              if (await remove.run()) onClose();
            }}
          >
            <Text id="device.remove" />
          </Button>
        </>
      }
    >
      <p>
        <Text id="device.remove.consequence" values={{ count: below }} />
      </p>
      {remove.problem !== null && <ProblemInline problem={remove.problem} />}
    </Dialog>
  );
}
