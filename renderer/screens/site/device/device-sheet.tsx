import { useState } from 'react';
import type { Device, FoundDevice, Measure, Site } from '../../../../electron/contract/model.ts';
import { useAct, useDiscovery, useWork } from '../../../app/host.tsx';
import { sitePath } from '../../../app/route.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { Code } from '../../../parts/code.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Drawing, type Lamp } from '../../../parts/drawing.tsx';
import { Link } from '../../../parts/link.tsx';
import { Menu } from '../../../parts/menu.tsx';
import { modelText } from '../../../parts/models.ts';
import { Note } from '../../../parts/note.tsx';
import { ProblemNote, useProblemText } from '../../../parts/problem.tsx';
import { Battery, Signal } from '../../../parts/ruler.tsx';
import { State } from '../../../parts/state.tsx';
import { deviceLook, drawingOf } from '../../../parts/states.ts';
import { Ago, spanText } from '../../../parts/time.tsx';
import { useLeaving } from '../leaving/use-leaving.tsx';
import { brokenPiece } from '../network/network-path.ts';
import { Asleep } from './asleep.tsx';
import css from './device-sheet.module.css';
import { DeviceHistory } from './history.tsx';
import { LampMeaning } from './lamp-meaning.tsx';
import { lampOf } from './lamps.ts';
import { DeviceLogSection } from './log.tsx';
import { Fact, Facts, Section } from './section.tsx';

const BLINK_SECONDS = 10;

/** All that is known of one device, and what it can be asked now. */
export function DeviceSheet({
  site,
  deviceId,
  onClose,
}: {
  site: Site;
  deviceId: string;
  onClose: () => void;
}) {
  const t = useText();
  const { value: discovery } = useDiscovery();
  const { value: work } = useWork();
  const device = site.devices.find((each) => each.id === deviceId);
  const [measured, setMeasured] = useState<Measure | null>(null);
  const measure = useAct(async (client) => setMeasured(await client.devices.measure({ deviceId })));
  const blink = useAct((client, foundId: string) =>
    client.discovery.identify({ foundId, seconds: BLINK_SECONDS }),
  );
  const leaving = useLeaving(site);
  if (device === undefined) return null;
  const entries = leaving.entriesOf(device);
  const found = discovery?.devices.find((each) => device.mac !== null && each.mac === device.mac);
  const running = work?.state === 'running';
  const notYet = running
    ? t('attach.wait')
    : device.mac === null
      ? t(`tree.none_yet.${device.kind}`)
      : undefined;
  const look = deviceLook(device);
  const problem = measure.problem ?? measured?.problem ?? null;
  return (
    <Dialog
      side
      title={device.name}
      lead={
        <>
          {device.model === null ? t(`device.kind.${device.kind}`) : modelText(t, device.model)}
          {device.mac !== null && (
            <>
              {' '}
              <Code value={device.mac} />
            </>
          )}
        </>
      }
      picture={<Drawing name={drawingOf(device)} size={56} {...lampProps(measured, found)} />}
      onClose={onClose}
      footer={
        <>
          <Button
            big
            notYet={found === undefined ? t('device.not_heard') : notYet}
            busy={blink.busy ? t('sheet.blinking') : undefined}
            onPress={() => found && void blink.run(found.id)}
          >
            <Text id="device.blink" />
          </Button>
          {entries.length > 0 && (
            <Menu
              label={t('leave.menu')}
              trigger={
                <Button big>
                  <Text id="leave.menu" />
                </Button>
              }
              entries={entries}
            />
          )}
          <span className="grow" />
          <Button
            big
            notYet={notYet}
            busy={measure.busy ? t('sheet.measuring') : undefined}
            onPress={() => void measure.run()}
          >
            <Text id="sheet.measure" />
          </Button>
        </>
      }
    >
      <WrongClock site={site} device={device} notYet={notYet} />
      <Section title={<Text id="sheet.state" />}>
        <p className={css.state}>
          <State tone={look.tone} mark={look.mark} chip>
            <Text id={look.text} />
          </State>
          {device.registered && (
            <span className="quiet">
              <Text id="sheet.registered" />
            </span>
          )}
        </p>
        {device.kind === 'lock' && device.checks.length > 0 && (
          <p className="quiet">
            <Text
              id="sheet.checks"
              values={{
                passed: device.checks.filter(({ result }) => result === 'passed').length,
                count: device.checks.length,
              }}
            />{' '}
            <Link to={sitePath(site.id, 'doors', device.id)}>
              <Text id="device.door" />
            </Link>
          </p>
        )}
      </Section>
      <Section title={<Text id="sheet.measured" />}>
        <Measures device={device} found={found} measured={measured} />
        {blink.problem !== null && <ProblemNote problem={blink.problem} tone="attention" />}
        {problem !== null && problem.code === 'pairing.closed' && device.kind === 'lock' ? (
          <Asleep lock={device} />
        ) : (
          problem !== null && <ProblemNote problem={problem} tone="attention" />
        )}
      </Section>
      {device.kind === 'iq' && <NetworkOf site={site} hub={device} />}
      <Section title={<Text id="sheet.identity" />}>
        <Facts>
          <Fact name={<Text id="sheet.serial" />}>{device.serial ?? <Text id="none.dash" />}</Fact>
          <Fact name={<Text id="doors.fact.firmware" />}>{device.firmware ?? <Text id="none.dash" />}</Fact>
          {device.radio !== null && (
            <Fact name={<Text id="sheet.radio" />}>
              <Text id={`radio.${device.radio}`} />
            </Fact>
          )}
          {device.kind !== 'lock' && (
            <Fact name={<Text id="field.activation_code" />}>
              <Text id={device.hasActivationCode ? 'sheet.code.kept' : 'sheet.code.none'} />
            </Fact>
          )}
        </Facts>
      </Section>
      <DeviceLogSection device={device} notYet={notYet} />
      <DeviceHistory deviceId={device.id} />
      {leaving.dialog}
    </Dialog>
  );
}

function lampProps(
  measured: Measure | null,
  found: FoundDevice | undefined,
): { lamp: Lamp; blinking: boolean } {
  if (measured?.health) return lampOf(measured.health.lamp);
  return { lamp: found?.connected ? 'green' : 'off', blinking: false };
}

/** A device that was given a wrong time: the finding, and the way out of it. */
function WrongClock({ site, device, notYet }: { site: Site; device: Device; notYet: string | undefined }) {
  const t = useText();
  const problemText = useProblemText();
  const set = useAct((client) => client.devices.setClock({ deviceId: device.id }));
  const finding = site.findings.find(
    ({ code, deviceId }) => code === 'CLOCK_WRONG' && deviceId === device.id,
  );
  if (finding === undefined) return null;
  const { title, why } = problemText(finding);
  return (
    <div className={css.clock}>
      <Note tone="blocker" title={title}>
        <p>{why}</p>
        <Button
          kind="key"
          notYet={notYet}
          busy={set.busy ? t('sheet.clock.setting') : undefined}
          onPress={() => void set.run()}
        >
          <Text id="sheet.clock.set" />
        </Button>
        {set.problem !== null && <ProblemNote problem={set.problem} tone="attention" />}
      </Note>
    </div>
  );
}

function Measures({
  device,
  found,
  measured,
}: {
  device: Device;
  found: FoundDevice | undefined;
  measured: Measure | null;
}) {
  const health = measured?.health ?? null;
  const none = <Text id="sheet.never" />;
  return (
    <Facts>
      {device.kind !== 'iq' && (
        <Fact name={<Text id="doors.fact.signal" />}>
          {device.rssi === null ? (
            none
          ) : (
            <>
              <Signal rssi={device.rssi} />
              {device.heardAt !== null && <When at={device.heardAt} />}
            </>
          )}
        </Fact>
      )}
      <Fact name={<Text id="sheet.laptop" />}>
        {found?.rssi == null ? (
          <Text id={found === undefined ? 'device.not_heard' : 'sheet.on_cable'} />
        ) : (
          <Signal rssi={found.rssi} />
        )}
      </Fact>
      {device.kind === 'lock' && (
        <Fact name={<Text id="doors.fact.battery" />}>
          {device.batteryPercent === null ? (
            none
          ) : (
            <>
              <Battery percent={device.batteryPercent} />
              {device.batteryAt !== null && <When at={device.batteryAt} />}
            </>
          )}
        </Fact>
      )}
      <Fact name={<Text id="sheet.lamp" />}>
        {health === null ? none : <LampMeaning lamp={health.lamp} kind={device.kind} />}
      </Fact>
      {health !== null && (
        <>
          <Fact name={<Text id="sheet.up" />}>{spanText(health.upSeconds * 1000)}</Fact>
          {health.celsius !== null && (
            <Fact name={<Text id="sheet.celsius" />}>
              <Text id="sheet.degrees" values={{ celsius: health.celsius }} />
            </Fact>
          )}
          {health.door !== null && (
            <Fact name={<Text id="sheet.door" />}>
              <Text id={`sheet.door.${health.door}`} />
            </Fact>
          )}
          {health.dropped > 0 && (
            <Fact name={<Text id="sheet.dropped" />}>
              <Text id="number" values={{ value: health.dropped }} />
            </Fact>
          )}
        </>
      )}
    </Facts>
  );
}

function When({ at }: { at: string }) {
  return (
    <span className="quiet nowrap">
      <Ago at={at} />
    </span>
  );
}

function NetworkOf({ site, hub }: { site: Site; hub: Device }) {
  const { reach } = hub;
  const fault = reach === null ? null : brokenPiece(reach);
  return (
    <Section title={<Text id="step.network" />}>
      <p className={css.state}>
        {reach === null ? (
          <Text id="network.not_measured" />
        ) : (
          <>
            <State tone={fault === null ? 'tested' : 'blocker'}>
              <Text id={fault === null ? 'network.ok' : 'sheet.way_broken'} />
            </State>
            <When at={reach.at} />
          </>
        )}
      </p>
      {reach !== null && reach.link !== 'none' && (
        <p className="quiet">
          <Text id={`network.link.${reach.link}`} />
          {reach.ip !== '' && `, ${reach.ip}`}
        </p>
      )}
      <p>
        <Link to={sitePath(site.id, 'network', hub.id)}>
          <Text id="device.network" />
        </Link>
      </p>
    </Section>
  );
}
