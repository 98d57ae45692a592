import { type ReactNode, useRef, useState } from 'react';
import type { HeardNetworks, HubNetwork, LastWifi, Network } from '../../../../electron/contract/model.ts';
import { ssidHexOf } from '../../../../electron/contract/wifi.ts';
import { Text, type TextId, useText } from '../../../i18n/text.tsx';
import { Button, IconButton } from '../../../parts/button.tsx';
import { Switch, TextField } from '../../../parts/fields.tsx';
import { Icon, type IconName } from '../../../parts/icon.tsx';
import layout from '../../../parts/layout.module.css';
import { State } from '../../../parts/state.tsx';
import { Tabs } from '../../../parts/tabs.tsx';
import { HeardList } from './heard-list.tsx';
import css from './network.module.css';
import {
  changes,
  emptyNetwork,
  type FieldFault,
  faultsOf,
  formOf,
  moved,
  type NetworkForm,
  networkOf,
  type Way,
  wantedOf,
  withWifi,
} from './network-form.ts';
import { WifiFields } from './wifi-fields.tsx';

const wayIcons: Record<Way, IconName> = { eth: 'ethernet', wifi: 'wifi', cell: 'mobile' };

/** The ways a hub may take, in the order in which it falls back, each with its own fields beside what it has now. */
export function WaysForm({
  hubId,
  now,
  heard,
  last,
  notYet,
  scanNotYet,
  busy,
  yourTurn,
  onHeard,
  onForget,
  onSend,
}: {
  hubId: string;
  /** What the hub has; null until it was read. */
  now: HubNetwork | null;
  heard: HeardNetworks | null;
  last: LastWifi | null;
  notYet: string | undefined;
  scanNotYet: string | undefined;
  busy: boolean;
  yourTurn: boolean;
  onHeard: (heard: HeardNetworks) => void;
  onForget: () => void;
  onSend: (network: Network) => void;
}) {
  const t = useText();
  const [typed, setForm] = useState<NetworkForm | null>(null);
  const [tried, setTried] = useState(false);
  const wifi = useRef<HTMLDivElement>(null);
  // What the hub has is where typing begins.
  const form = typed ?? (now === null ? emptyNetwork : formOf(now));
  const context = { heard: heard?.networks ?? null, now };
  const faults = faultsOf(form, context);
  const fault = (id: FieldFault): { error?: ReactNode } =>
    tried && faults.includes(id) ? { error: <Text id={`network.error.${id}`} /> } : {};
  const toggle = (way: Way, on: boolean) => setForm({ ...form, [way]: { ...form[way], on } });
  const fields: Record<Way, ReactNode> = {
    eth: <EthernetFields form={form} onChange={setForm} fault={fault} />,
    wifi: <WifiFields form={form} context={context} onChange={setForm} fault={fault} />,
    cell: (
      <TextField
        label={t('network.apn')}
        value={form.cell.apn}
        onChange={(apn) => setForm({ ...form, cell: { ...form.cell, apn } })}
        hint={<Text id="network.apn.hint" />}
        maxLength={100}
      />
    ),
  };
  const built = (way: Way) => now === null || now.ways.includes(way) || form[way].on;
  const send = () => {
    setTried(true);
    if (faults.length === 0) onSend(networkOf(form));
  };
  return (
    <>
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
          <div key={way} ref={way === 'wifi' ? wifi : null} className={css.way}>
            <div className={css.wayHead}>
              <span className="quiet">{index + 1}</span>
              <Icon name={wayIcons[way]} />
              <span className={`${layout.two} grow`}>
                <b>
                  <Text id={`network.way.${way}`} />
                </b>
                <small>
                  {built(way) ? (
                    <Now now={now} way={way} changes={now !== null && changes(form, now, way)} />
                  ) : (
                    <Text id={`network.missing.${way}`} />
                  )}
                </small>
              </span>
              {built(way) ? (
                <>
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
                </>
              ) : (
                <State tone="offline">
                  <Text id="network.missing" />
                </State>
              )}
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
          {tried && faults.length > 0 && !faults.includes('no_way') && (
            <p role="alert">
              <State tone="blocker" size={16} light>
                <Text id="network.error.look" />
              </State>
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
      <HeardList
        hubId={hubId}
        heard={heard}
        last={last}
        notYet={scanNotYet ?? (now?.ways.includes('wifi') === false ? t('network.missing.wifi') : undefined)}
        chosenHex={form.wifi.on ? ssidHexOf(wantedOf(form.wifi)) : null}
        onHeard={onHeard}
        onUse={(network) => {
          setTried(false);
          setForm(withWifi(form, network));
          wifi.current?.scrollIntoView({ block: 'nearest' });
        }}
        onForget={() => {
          setForm({ ...form, wifi: { ...form.wifi, reuse: false } });
          onForget();
        }}
      />
    </>
  );
}

/** What the hub has of a way now, beside what would be written. */
function Now({ now, way, changes }: { now: HubNetwork | null; way: Way; changes: boolean }) {
  if (now === null) return <Text id="network.now.unread" />;
  const { eth, wifi, cell } = now;
  const text = (): ReactNode => {
    if (way === 'eth' && eth !== null)
      return (
        <Text id={eth.dhcp ? 'network.now.dhcp' : 'network.now.fixed'} values={{ address: eth.addr ?? '' }} />
      );
    if (way === 'wifi' && wifi !== null)
      return <Text id="network.now.wifi" values={{ name: wifi.ssid === '' ? wifi.ssidHex : wifi.ssid }} />;
    if (way === 'cell' && cell !== null) return <Text id="network.now.cell" values={{ apn: cell.apn }} />;
    return <Text id="network.now.none" />;
  };
  return changes ? (
    <>
      <b>
        <Text id="network.now.changes" />
      </b>
      {', '}
      {text()}
    </>
  ) : (
    text()
  );
}

interface FieldsProps {
  form: NetworkForm;
  onChange: (form: NetworkForm) => void;
  fault: (id: FieldFault) => { error?: ReactNode };
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
              {...(id === 'gw' ? fault('gw_outside') : {})}
            />
          ))}
        </div>
      )}
    </>
  );
}
