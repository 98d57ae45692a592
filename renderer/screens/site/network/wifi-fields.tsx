import type { ReactNode } from 'react';
import { wifiProblem } from '../../../../electron/contract/wifi.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { Switch, TextField } from '../../../parts/fields.tsx';
import { Note } from '../../../parts/note.tsx';
import { ProblemNote } from '../../../parts/problem.tsx';
import { Tabs } from '../../../parts/tabs.tsx';
import css from './network.module.css';
import {
  type FieldFault,
  isBeginning,
  isStored,
  type NetworkContext,
  type NetworkForm,
  wantedOf,
} from './network-form.ts';

/** Name, security and password of a Wi-Fi, with what speaks against it as soon as it is known. */
export function WifiFields({
  form,
  context,
  onChange,
  fault,
}: {
  form: NetworkForm;
  context: NetworkContext;
  onChange: (form: NetworkForm) => void;
  fault: (id: FieldFault) => { error?: ReactNode };
}) {
  const t = useText();
  const { wifi } = form;
  const { heard, now } = context;
  const put = (part: Partial<NetworkForm['wifi']>) => onChange({ ...form, wifi: { ...wifi, ...part } });
  const named = wifi.ssid !== '' || wifi.ssidHex !== null;
  const problem =
    heard === null || !named || (wifi.ssidHex === null && isBeginning(wifi.ssid, heard))
      ? null
      : wifiProblem(wantedOf(wifi), heard);
  const unheard = problem?.code === 'WIFI_BAND';
  return (
    <>
      {wifi.ssidHex === null ? (
        <TextField
          label={t('network.ssid')}
          value={wifi.ssid}
          onChange={(ssid) => put({ ssid, reuse: false })}
          hint={<Text id={heard === null ? 'network.ssid.hint' : 'network.ssid.typed'} />}
          maxLength={32}
          {...fault('ssid')}
        />
      ) : (
        <div className={css.bytes}>
          <span>
            <Text id="network.ssid.bytes" values={{ bytes: <Code value={wifi.ssidHex} /> }} />
          </span>
          <Button kind="quiet" onPress={() => put({ ssidHex: null, ssid: '' })}>
            <Text id="network.ssid.other" />
          </Button>
        </div>
      )}
      {problem !== null && (
        <ProblemNote problem={problem} tone={unheard ? 'attention' : 'blocker'} alert={false} />
      )}
      {(unheard || wifi.hidden) && (
        <div className={css.switchRow}>
          <span aria-hidden="true">
            <Text id="network.hidden" />
          </span>
          <Switch label={t('network.hidden')} on={wifi.hidden} onChange={(hidden) => put({ hidden })} />
        </div>
      )}
      <Tabs
        label={t('network.security')}
        tabs={[
          { id: 'wpa2', label: <Text id="network.sec.wpa2" /> },
          { id: 'wpa', label: <Text id="network.sec.wpa" /> },
          { id: 'open', label: <Text id="network.sec.open" /> },
        ]}
        chosen={wifi.sec}
        onChoose={(sec) => put({ sec })}
      />
      {wifi.sec !== 'open' &&
        (wifi.reuse ? (
          <Note tone="paired" title={<Text id="network.reuse" />}>
            <p>
              <Text id="network.reuse.why" />
            </p>
            <Button kind="quiet" onPress={() => put({ reuse: false })}>
              <Text id="network.reuse.other" />
            </Button>
          </Note>
        ) : (
          <TextField
            label={t('network.psk')}
            type="password"
            value={wifi.psk}
            onChange={(psk) => put({ psk })}
            maxLength={64}
            hint={<Text id={isStored(wifi, now) ? 'network.psk.stored' : 'network.psk.hint'} />}
            {...fault('psk')}
          />
        ))}
    </>
  );
}
