import { useEffect, useRef } from 'react';
import type { HeardNetwork, HeardNetworks, LastWifi } from '../../../../electron/contract/model.ts';
import { isJoinable } from '../../../../electron/contract/wifi.ts';
import { useAct } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import layout from '../../../parts/layout.module.css';
import { ProblemNote } from '../../../parts/problem.tsx';
import { Signal } from '../../../parts/ruler.tsx';
import { State } from '../../../parts/state.tsx';
import { Ago, Clock } from '../../../parts/time.tsx';
import css from './network.module.css';

/** The Wi-Fi networks that the hub hears, strongest first, and those that it cannot join with the reason. */
export function HeardList({
  hubId,
  heard,
  last,
  notYet,
  chosenHex,
  onHeard,
  onUse,
  onForget,
}: {
  hubId: string;
  heard: HeardNetworks | null;
  last: LastWifi | null;
  /** Why the hub cannot be asked now. */
  notYet: string | undefined;
  /** The network that the form names now, by its bytes. */
  chosenHex: string | null;
  onHeard: (heard: HeardNetworks) => void;
  onUse: (network: HeardNetwork | LastWifi) => void;
  onForget: () => void;
}) {
  const t = useText();
  const asking = useRef<AbortController | null>(null);
  const scan = useAct(async (client) => {
    asking.current = new AbortController();
    onHeard(await client.work.scanNetworks({ deviceId: hubId }, { signal: asking.current.signal }));
  });
  const list = useRef<HTMLElement>(null);
  const shown = useRef(heard?.at);
  const failed = scan.problem !== null;
  useEffect(() => {
    // The list stands below the form; what was asked for is brought into view.
    if (heard?.at !== shown.current || failed) list.current?.scrollIntoView({ block: 'nearest' });
    shown.current = heard?.at;
  }, [heard?.at, failed]);
  return (
    <section ref={list} aria-label={t('network.heard')}>
      <h2 className={layout.section}>
        <Text id="network.heard" />
        <span className="grow" />
        {heard !== null && (
          <small>
            <Clock at={heard.at} />
          </small>
        )}
      </h2>
      {last !== null && (
        <LastRow last={last} inUse={last.ssidHex === chosenHex} onUse={onUse} onForget={onForget} />
      )}
      {heard !== null && heard.networks.length === 0 && (
        <p className={`quiet ${css.heardNone}`}>
          <Text id="network.heard.none" />
        </p>
      )}
      {heard !== null && heard.networks.length > 0 && (
        <ul className={css.heard} aria-label={t('network.heard')}>
          {heard.networks.map((network) => (
            <HeardRow
              key={`${network.ssidHex} ${network.security}`}
              network={network}
              inUse={network.ssidHex === chosenHex}
              onUse={onUse}
            />
          ))}
        </ul>
      )}
      <div className={css.scan}>
        <Button
          icon="wifi"
          notYet={notYet}
          busy={scan.busy ? t('network.scanning') : undefined}
          onPress={() => void scan.run()}
        >
          <Text id={heard === null ? 'network.scan' : 'network.scan.again'} />
        </Button>
        {scan.busy && (
          <Button kind="quiet" onPress={() => asking.current?.abort()}>
            <Text id="dialog.cancel" />
          </Button>
        )}
        <span className="hidden-visually" role="status">
          {heard !== null && !scan.busy && (
            <Text id="network.heard.count" values={{ count: heard.networks.length }} />
          )}
        </span>
      </div>
      {scan.problem !== null && !scan.busy && scan.problem.code !== 'commission.cancelled' && (
        <div className={css.problem}>
          <ProblemNote problem={scan.problem} tone="attention" />
        </div>
      )}
    </section>
  );
}

function HeardRow({
  network,
  inUse,
  onUse,
}: {
  network: HeardNetwork;
  inUse: boolean;
  onUse: (network: HeardNetwork) => void;
}) {
  const t = useText();
  const { security } = network;
  const can = isJoinable(security);
  const name = network.ssid === '' ? network.ssidHex : network.ssid;
  return (
    <li className={css.heardRow}>
      <span className={layout.two}>
        <span title={name}>{network.ssid === '' ? <Code value={network.ssidHex} /> : name}</span>
        <small>
          {isJoinable(security) ? (
            <Text
              id="network.heard.row"
              values={{ channel: network.channel, security: t(`network.sec.${security}`) }}
            />
          ) : (
            <Text id={`network.cannot.${security}`} />
          )}
        </small>
      </span>
      {can && <Signal rssi={network.rssi} />}
      {can ? (
        <Button
          kind={inUse ? 'strong' : 'neutral'}
          pressed={inUse}
          label={t('network.heard.use', { name })}
          onPress={() => onUse(network)}
        >
          <Text id="network.heard.use.verb" />
        </Button>
      ) : (
        <State tone="offline" size={16} light>
          <Text id={`network.sec.${security}`} />
        </State>
      )}
    </li>
  );
}

function LastRow({
  last,
  inUse,
  onUse,
  onForget,
}: {
  last: LastWifi;
  inUse: boolean;
  onUse: (last: LastWifi) => void;
  onForget: () => void;
}) {
  const t = useText();
  const name = last.ssid === '' ? last.ssidHex : last.ssid;
  return (
    <div className={css.heardRow}>
      <span className={layout.two}>
        <span title={name}>{name}</span>
        <small>
          <Text id="network.last" values={{ ago: <Ago at={last.savedAt} /> }} />
        </small>
      </span>
      <Button kind="quiet" label={t('network.last.forget', { name })} onPress={onForget}>
        <Text id="network.last.forget.verb" />
      </Button>
      <Button
        kind={inUse ? 'strong' : 'neutral'}
        pressed={inUse}
        label={t('network.last.use', { name })}
        onPress={() => onUse(last)}
      >
        <Text id="network.heard.use.verb" />
      </Button>
    </div>
  );
}
