import { useEffect, useRef } from 'react';
import type { Device, Network, Reach, Site } from '../../../../electron/contract/model.ts';
import { useAct, useDiscovery, useWork } from '../../../app/host.tsx';
import { go, sitePath } from '../../../app/route.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { Drawing } from '../../../parts/drawing.tsx';
import { Select } from '../../../parts/fields.tsx';
import layout from '../../../parts/layout.module.css';
import { Note } from '../../../parts/note.tsx';
import { ProblemInline } from '../../../parts/problem.tsx';
import { State } from '../../../parts/state.tsx';
import { Clock } from '../../../parts/time.tsx';
import { Findings } from '../customer/findings.tsx';
import { isPaired } from '../hardware/tree.ts';
import { NextFoot } from '../next-foot.tsx';
import css from './network.module.css';
import { pathOf } from './network-path.ts';
import { PathDrawing } from './path-drawing.tsx';
import { WaysForm } from './ways-form.tsx';

/** The network of one hub: how it goes online, and what it measured of its way to the cloud. */
export function NetworkStep({ site, hubId }: { site: Site; hubId: string | null }) {
  const t = useText();
  const hubs = site.devices.filter((device) => device.kind === 'iq');
  const hub = hubs.find((each) => each.id === hubId) ?? hubs.find((each) => !each.networkProven) ?? hubs[0];
  if (hub === undefined) {
    return (
      <section className={layout.pane} aria-label={t('step.network')}>
        <div className={layout.empty}>
          <h2>
            <Text id="network.no_hub" />
          </h2>
          <p>
            <Text id="network.no_hub.why" />
          </p>
          <div className={layout.acts}>
            <Button kind="key" onPress={() => go(sitePath(site.id, 'hardware'))}>
              <Text id="handover.go.hardware" />
            </Button>
          </div>
        </div>
      </section>
    );
  }
  return <HubNetwork key={hub.id} site={site} hub={hub} hubs={hubs} />;
}

function HubNetwork({ site, hub, hubs }: { site: Site; hub: Device; hubs: readonly Device[] }) {
  const t = useText();
  const { reach } = hub;
  const { value: work } = useWork();
  const configure = useAct((client, network: Network) =>
    client.work.configureNetwork({ deviceId: hub.id, network }),
  );
  const other = work?.state === 'running' && !configure.busy;
  const way = useRef<HTMLElement>(null);
  const measuredAt = useRef(reach?.at);
  useEffect(() => {
    // Where the panes stand one under the other, the result is brought into view.
    if (reach?.at !== measuredAt.current) way.current?.scrollIntoView({ block: 'nearest' });
    measuredAt.current = reach?.at;
  }, [reach?.at]);
  return (
    <div className={`${layout.split} ${css.network}`}>
      <section className={layout.pane} aria-label={t('network.settings')}>
        <HubTile site={site} hub={hub} hubs={hubs} />
        <div className={layout.scroll}>
          <WaysForm
            notYet={!isPaired(hub) ? t('network.pair_first') : other ? t('attach.wait') : undefined}
            busy={configure.busy}
            yourTurn={!hub.networkProven}
            onSend={(network) => void configure.run(network)}
          />
          {configure.problem !== null && configure.problem.code !== work?.problem?.code && (
            <div className={css.problem}>
              <ProblemInline problem={configure.problem} />
            </div>
          )}
        </div>
      </section>
      <section ref={way} className={layout.pane} aria-label={t('network.way')}>
        <div className={layout.head}>
          <h2>
            <Text id="network.way" />
          </h2>
          {reach && (
            <span className="quiet nowrap cut">
              <Text id="network.tested" values={{ at: <Clock at={reach.at} /> }} />
            </span>
          )}
        </div>
        <div className={layout.scroll}>
          {reach ? <Measured reach={reach} /> : <NotMeasured hub={hub} busy={configure.busy} />}
          <div className={css.findings}>
            <Findings
              findings={site.findings.filter(
                (finding) =>
                  finding.step === 'network' &&
                  (finding.deviceId === undefined || finding.deviceId === hub.id),
              )}
            />
          </div>
        </div>
        {hub.networkProven && <NextFoot site={site} here={['set_network', 'pair_hub']} done="network" />}
      </section>
    </div>
  );
}

function HubTile({ site, hub, hubs }: { site: Site; hub: Device; hubs: readonly Device[] }) {
  const t = useText();
  const { value: discovery } = useDiscovery();
  const found = discovery?.devices.find((each) => each.planned?.deviceId === hub.id);
  return (
    <div className={css.tile}>
      <Drawing name="iq" size={56} lamp={found?.connected ? 'green' : 'off'} />
      <div className={css.tileWords}>
        {hubs.length > 1 ? (
          <Select
            label={t('network.hub')}
            value={hub.id}
            choices={hubs.map((each) => ({ id: each.id, label: each.name }))}
            onChange={(id) => go(sitePath(site.id, 'network', id))}
          />
        ) : (
          <b className={css.tileName}>{hub.name}</b>
        )}
        <small className="quiet cut">
          {hub.model ?? t('device.kind.iq')} {hub.mac !== null && <Code value={hub.mac} />}
          {found !== undefined && found.place !== '' && (
            <>
              , <Text id="network.on" values={{ place: found.place }} />
            </>
          )}
        </small>
      </div>
    </div>
  );
}

function NotMeasured({ hub, busy }: { hub: Device; busy: boolean }) {
  return (
    <div className={css.notMeasured}>
      {busy ? (
        <State tone="found" mark="running">
          <Text id="network.measuring" />
        </State>
      ) : hub.networkProven ? (
        <Note tone="tested" title={<Text id="network.proven" />}>
          <p>
            <Text id="network.proven.why" />
          </p>
        </Note>
      ) : (
        <p className="quiet">
          <Text id="network.not_measured" />
        </p>
      )}
    </div>
  );
}

function Measured({ reach }: { reach: Reach }) {
  const path = pathOf(reach);
  const broken = path.branches.filter((branch) => branch.state === 'broken' && branch.kind === 'port');
  const values = {
    ports: broken.map((branch) => branch.port).join(', '),
    ip: reach.ip === '' ? '–' : reach.ip,
  };
  return (
    <>
      <div className={css.pathPane}>
        <PathDrawing path={path} reach={reach} />
      </div>
      <div className={css.cure} role="status">
        <State tone={path.ok ? 'tested' : 'blocker'} size={24} />
        <div>
          <h2 className={path.ok ? css.good : css.bad}>
            <Text id={path.fault === null ? 'network.ok' : `network.fault.${path.fault}`} values={values} />
          </h2>
          <p>
            <Text
              id={path.fault === null ? 'network.ok.why' : `network.fault.${path.fault}.why`}
              values={values}
            />
          </p>
          {path.fault !== null && (
            <p className="quiet">
              <Text id={`network.fault.${path.fault}.cure`} values={values} />
            </p>
          )}
        </div>
      </div>
    </>
  );
}
