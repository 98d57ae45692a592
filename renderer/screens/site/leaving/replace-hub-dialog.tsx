import { useState } from 'react';
import type { Device, FoundDevice, Site } from '../../../../electron/contract/model.ts';
import { useDiscovery } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Drawing } from '../../../parts/drawing.tsx';
import { PairDialog } from '../hardware/pair-dialog.tsx';
import { consequencesOf } from './consequences.ts';
import css from './leaving.module.css';
import { WhatFollows } from './what-follows.tsx';

/** Says what follows from putting another hub in the place of one, lets the new one be chosen, and has it paired there. */
export function ReplaceHubDialog({ site, hub, onClose }: { site: Site; hub: Device; onClose: () => void }) {
  const t = useText();
  const { value: discovery } = useDiscovery();
  const [chosen, setChosen] = useState<string | null>(null);
  const [pairing, setPairing] = useState<FoundDevice | null>(null);
  const others = (discovery?.devices ?? []).filter((found) => mayReplace(found, hub));
  const found = others.find(({ id }) => id === chosen) ?? (others.length === 1 ? others[0] : undefined);
  if (pairing !== null) return <PairDialog device={hub} found={pairing} replaces onClose={onClose} />;
  return (
    <Dialog
      wide
      title={t('leave.title.replace_hub', { name: hub.name })}
      lead={hub.mac === null ? undefined : <Code value={hub.mac} />}
      picture={<Drawing name="iq" size={56} />}
      onClose={onClose}
      footer={
        <>
          <Button big onPress={onClose}>
            <Text id="dialog.cancel" />
          </Button>
          <Button
            big
            kind="danger"
            notYet={found === undefined ? t('leave.choose_hub') : undefined}
            onPress={() => found && setPairing(found)}
          >
            <Text id="leave.do.replace_hub" />
          </Button>
        </>
      }
    >
      <div className={css.what}>
        <fieldset className={css.choice}>
          <legend>
            <Text id="leave.new_hub" />
          </legend>
          {others.length === 0 && (
            <p className="quiet" role="status">
              <Text id="leave.no_hub" />
            </p>
          )}
          {others.map((each) => (
            <Button key={each.id} big pressed={each === found} onPress={() => setChosen(each.id)}>
              {each.model ?? t('device.kind.iq')} <Code value={each.mac ?? each.place} />
            </Button>
          ))}
        </fieldset>
        <WhatFollows
          act="replace_hub"
          device={hub}
          follows={consequencesOf('replace_hub', hub, site.devices)}
        />
      </div>
    </Dialog>
  );
}

/** A hub that stands nowhere yet. */
function mayReplace({ kind, mac, planned, problem }: FoundDevice, hub: Device): boolean {
  return kind === 'iq' && problem === null && planned === null && mac !== null && mac !== hub.mac;
}
