import { type ReactNode, useState } from 'react';
import type { Network } from '../../../../electron/contract/model.ts';
import { Text, type TextId, useText } from '../../../i18n/text.tsx';
import { Button, IconButton } from '../../../parts/button.tsx';
import { Switch, TextField } from '../../../parts/fields.tsx';
import { Icon, type IconName } from '../../../parts/icon.tsx';
import layout from '../../../parts/layout.module.css';
import { Tabs } from '../../../parts/tabs.tsx';
import css from './network.module.css';
import {
  emptyNetwork,
  faultsOf,
  moved,
  type NetworkFault,
  type NetworkForm,
  networkOf,
  type Way,
} from './network-form.ts';

const wayIcons: Record<Way, IconName> = { eth: 'ethernet', wifi: 'wifi', cell: 'mobile' };

/** The ways a hub may take, in the order in which it falls back, each with its own fields. */
export function WaysForm({
  notYet,
  busy,
  yourTurn,
  onSend,
}: {
  notYet: string | undefined;
  busy: boolean;
  yourTurn: boolean;
  onSend: (network: Network) => void;
}) {
  const t = useText();
  const [form, setForm] = useState<NetworkForm>(emptyNetwork);
  const [tried, setTried] = useState(false);
  const faults = faultsOf(form);
  const fault = (id: NetworkFault): { error?: ReactNode } =>
    tried && faults.includes(id) ? { error: <Text id={`network.error.${id}`} /> } : {};
  const toggle = (way: Way, on: boolean) => setForm({ ...form, [way]: { ...form[way], on } });
  const fields: Record<Way, ReactNode> = {
    eth: <EthernetFields form={form} onChange={setForm} fault={fault} />,
    wifi: <WifiFields form={form} onChange={setForm} fault={fault} />,
    cell: (
      <TextField
        label={t('network.apn')}
        value={form.cell.apn}
        onChange={(apn) => setForm({ ...form, cell: { ...form.cell, apn } })}
        maxLength={100}
      />
    ),
  };
  const send = () => {
    setTried(true);
    if (faults.length === 0) onSend(networkOf(form));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (notYet === undefined && !busy) send();
      }}
    >
      <h2 className={layout.section}>
        <Text id="network.order" />
        <span className="grow" />
        <small>
          <Text id="network.order.note" />
        </small>
      </h2>
      {form.order.map((way, index) => (
        <div key={way} className={css.way}>
          <div className={css.wayHead}>
            <span className="quiet">{index + 1}</span>
            <Icon name={wayIcons[way]} />
            <b className="grow">
              <Text id={`network.way.${way}`} />
            </b>
            <IconButton
              kind="quiet"
              icon="up"
              small
              label={t('network.earlier', { way: t(`network.way.${way}`) })}
              onPress={() => setForm({ ...form, order: moved(form.order, way, -1) })}
            />
            <IconButton
              kind="quiet"
              icon="down"
              small
              label={t('network.later', { way: t(`network.way.${way}`) })}
              onPress={() => setForm({ ...form, order: moved(form.order, way, 1) })}
            />
            <Switch
              label={t('network.use', { way: t(`network.way.${way}`) })}
              on={form[way].on}
              onChange={(on) => toggle(way, on)}
            />
          </div>
          {form[way].on && <div className={css.wayFields}>{fields[way]}</div>}
        </div>
      ))}
      <div className={css.send}>
        {tried && faults.includes('no_way') && (
          <p role="alert">
            <Text id="network.error.no_way" />
          </p>
        )}
        <Button
          big
          kind={yourTurn ? 'key' : 'neutral'}
          notYet={notYet}
          busy={busy ? t('network.measuring') : undefined}
          onPress={send}
        >
          <Text id="network.send" />
        </Button>
        <p className="quiet small">{notYet ?? <Text id="network.send.what" />}</p>
      </div>
    </form>
  );
}

interface FieldsProps {
  form: NetworkForm;
  onChange: (form: NetworkForm) => void;
  fault: (id: NetworkFault) => { error?: ReactNode };
}

function EthernetFields({ form, onChange, fault }: FieldsProps) {
  const t = useText();
  const { eth } = form;
  const put = (part: Partial<NetworkForm['eth']>) => onChange({ ...form, eth: { ...eth, ...part } });
  const fixed: ReadonlyArray<readonly ['addr' | 'mask' | 'gw' | 'dns', TextId]> = [
    ['addr', 'network.addr'],
    ['mask', 'network.mask'],
    ['gw', 'network.gw'],
    ['dns', 'network.dns'],
  ];
  return (
    <>
      <Tabs
        label={t('network.address')}
        tabs={[
          { id: 'dhcp', label: <Text id="network.dhcp" /> },
          { id: 'fixed', label: <Text id="network.fixed" /> },
        ]}
        chosen={eth.dhcp ? 'dhcp' : 'fixed'}
        onChoose={(id) => put({ dhcp: id === 'dhcp' })}
      />
      {!eth.dhcp && (
        <div className={css.fixed}>
          {fixed.map(([id, label]) => (
            <TextField
              key={id}
              label={t(label)}
              value={eth[id]}
              onChange={(value) => put({ [id]: value })}
              inputMode="decimal"
              maxLength={id === 'dns' ? 40 : 15}
              {...fault(id)}
            />
          ))}
        </div>
      )}
    </>
  );
}

function WifiFields({ form, onChange, fault }: FieldsProps) {
  const t = useText();
  const { wifi } = form;
  const put = (part: Partial<NetworkForm['wifi']>) => onChange({ ...form, wifi: { ...wifi, ...part } });
  return (
    <>
      <TextField
        label={t('network.ssid')}
        value={wifi.ssid}
        onChange={(ssid) => put({ ssid })}
        hint={<Text id="network.ssid.hint" />}
        maxLength={32}
        {...fault('ssid')}
      />
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
      {wifi.sec !== 'open' && (
        <TextField
          label={t('network.psk')}
          type="password"
          value={wifi.psk}
          onChange={(psk) => put({ psk })}
          maxLength={64}
          {...fault('psk')}
        />
      )}
    </>
  );
}
