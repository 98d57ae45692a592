import { type ReactNode, useCallback, useState } from 'react';
import type { Device, Site } from '../../../../electron/contract/model.ts';
import { useText } from '../../../i18n/text.tsx';
import type { MenuEntry } from '../../../parts/menu.tsx';
import { type Leaving, leavingActs } from './consequences.ts';
import { LeaveDialog } from './leave-dialog.tsx';
import { ReplaceHubDialog } from './replace-hub-dialog.tsx';

/** The acts that end a device's place, for its menu, and the dialog of the one that was chosen. */
export function useLeaving(site: Site): {
  entriesOf: (device: Device) => MenuEntry[];
  dialog: ReactNode;
} {
  const t = useText();
  const [chosen, setChosen] = useState<{ act: Leaving; deviceId: string } | null>(null);
  const close = useCallback(() => setChosen(null), []);
  const device = site.devices.find(({ id }) => id === chosen?.deviceId);
  const entriesOf = (of: Device): MenuEntry[] =>
    leavingActs(of, site.devices).map(({ act, notYet }) => ({
      id: `leave_${act}`,
      label: t(`leave.${act}`),
      notYet: notYet && t(notYet),
      destructive: act === 'reset' || act === 'replace_hub' || act === 'detach_all',
      onAction: () => setChosen({ act, deviceId: of.id }),
    }));
  let dialog: ReactNode = null;
  if (chosen !== null && device !== undefined) {
    dialog =
      chosen.act === 'replace_hub' ? (
        <ReplaceHubDialog site={site} hub={device} onClose={close} />
      ) : (
        <LeaveDialog site={site} device={device} act={chosen.act} onClose={close} />
      );
  }
  return { entriesOf, dialog };
}
