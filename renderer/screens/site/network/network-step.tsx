import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Problem } from '../../../../electron/contract/errors.ts';
import type { Device, HeardNetworks, Network, Reach, Site } from '../../../../electron/contract/model.ts';
import type { HostClient } from '../../../app/connection.ts';
import { useAct, useClient, useDiscovery, useWork } from '../../../app/host.tsx';
import { problemOf } from '../../../app/problems.ts';
import { go, sitePath } from '../../../app/route.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { Drawing } from '../../../parts/drawing.tsx';
import { Select } from '../../../parts/fields.tsx';
import layout from '../../../parts/layout.module.css';
import { Note } from '../../../parts/note.tsx';
import { ProblemInline, ProblemNote } from '../../../parts/problem.tsx';
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
  const shownId = hub?.id;
  useEffect(() => {
    // The address names the hub, so that its result stays in view once it is proven.
    if (hubId === null && shownId !== undefined) go(sitePath(site.id, 'network', shownId), { replace: true });
  }, [hubId, shownId, site.id]);
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
  const queries = useQueryClient();
  const { reach } = hub;
  const { value: work } = useWork();
  const { value: discovery } = useDiscovery();
  const running = work?.state === 'running';
  const here = discovery?.devices.some((each) => each.planned?.deviceId === hub.id) ?? false;
  const notYet = !isPaired(hub) ? t('network.pair_first') : !here ? t('network.not_here') : undefined;
  const now = useHubQuery(['network', hub.id], notYet === undefined && !running, (client) =>
    client.work.readNetwork({ deviceId: hub.id }),
  );
  const last = useHubQuery(['last wifi'], true, (client) => client.work.lastWifi());
  const { data: heard = null } = useQuery<HeardNetworks | null>({
    queryKey: ['heard', hub.id],
    queryFn: () => null,
    enabled: false,
    staleTime: Infinity,
    gcTime: Infinity,
  });
  const [sent, setSent] = useState<{ network: Network; times: number } | null>(null);
  const forget = useAct(async (client) => {
    await client.work.forgetWifi();
    queries.setQueryData(['last wifi'], null);
  });
  const configure = useAct(async (client, input: { network: Network; prove: boolean }) => {
    setSent((before) => ({ network: input.network, times: before?.times ?? 0 }));
    await client.work.configureNetwork({ deviceId: hub.id, ...input });
    // What was typed is in the hub now; the form begins anew with what the hub says, without any password.
    setSent((before) => ({ network: input.network, times: (before?.times ?? 0) + 1 }));
    await queries.invalidateQueries({ queryKey: ['network', hub.id] });
    await queries.invalidateQueries({ queryKey: ['last wifi'] });
  });
  const other = running && !configure.busy;
  const measuring =
    configure.busy || (running && work.kind === 'configure_network' && work.deviceIds[0] === hub.id);
  const unproven = configure.problem?.code === 'commission.network_unproven';
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
          {now.problem !== null && (
            <div className={css.problemTop}>
              <ProblemNote problem={now.problem} tone="attention">
                <Button onPress={now.again}>
                  <Text id="network.read_again" />
                </Button>
              </ProblemNote>
            </div>
          )}
          <WaysForm
            key={sent?.times ?? 0}
            hubId={hub.id}
            now={now.value}
            heard={heard}
            last={last.value}
            notYet={notYet ?? (other ? t('attach.wait') : undefined)}
            scanNotYet={notYet ?? (running ? t('attach.wait') : undefined)}
            busy={configure.busy}
            yourTurn={!hub.networkProven}
            onHeard={(found) => queries.setQueryData(['heard', hub.id], found)}
            onForget={() => void forget.run()}
            onSend={(network) => void configure.run({ network, prove: true })}
          />
          {configure.problem !== null && !unproven && configure.problem.code !== work?.problem?.code && (
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
          {reach ? (
            <Measured reach={reach} measuring={measuring} />
          ) : (
            <NotMeasured hub={hub} busy={measuring} />
          )}
          {unproven && !measuring && sent !== null && (
            <div className={css.keep}>
              <Button
                notYet={notYet ?? (other ? t('attach.wait') : undefined)}
                onPress={() => void configure.run({ network: sent.network, prove: false })}
              >
                <Text id="network.keep" />
              </Button>
              <p className="quiet small">
                <Text id="network.keep.why" />
              </p>
            </div>
          )}
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

/** Something asked of the host once, as soon as it can be; asked again only by hand. */
function useHubQuery<Value>(
  key: readonly string[],
  enabled: boolean,
  ask: (client: HostClient) => Promise<Value>,
): { value: Value | null; problem: Problem | null; again: () => void } {
  const client = useClient();
  const query = useQuery({
    queryKey: key,
    queryFn: () => ask(client),
    enabled,
    staleTime: Infinity,
    retry: false,
    networkMode: 'always',
  });
  return {
    value: query.data ?? null,
    problem: query.error === null ? null : problemOf(query.error),
    again: () => void query.refetch(),
  };
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

function Measured({ reach, measuring }: { reach: Reach; measuring: boolean }) {
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
      {measuring ? (
        <div className={css.notMeasured} role="status">
          <State tone="found" mark="running">
            <Text id="network.measuring" />
          </State>
        </div>
      ) : (
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
            {path.fault === null && reach.link !== 'none' && (
              <p className="quiet">
                <Text id={`network.ok.over.${reach.link}`} />
              </p>
            )}
            {path.fault !== null && (
              <p className="quiet">
                <Text id={`network.fault.${path.fault}.cure`} values={values} />
              </p>
            )}
            {!reach.kept && (
              <p>
                <b>
                  <Text id="network.went_back" />
                </b>
              </p>
            )}
          </div>
        </div>
      )}
    </>
  );
}
