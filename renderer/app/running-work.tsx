import { type CSSProperties, useEffect, useState } from 'react';
import { useIntl } from 'react-intl';
import type { Problem } from '../../electron/contract/errors.ts';
import type { Device, Site, Work } from '../../electron/contract/model.ts';
import { Text, useText } from '../i18n/text.tsx';
import { Button } from '../parts/button.tsx';
import { ErrorCodeText } from '../parts/code.tsx';
import { cx } from '../parts/cx.ts';
import { Drawing, type DrawingName } from '../parts/drawing.tsx';
import { Link } from '../parts/link.tsx';
import { useProblemText } from '../parts/problem.tsx';
import { Segments } from '../parts/ruler.tsx';
import { clockText } from '../parts/rulers.ts';
import { drawingOf } from '../parts/states.ts';
import { spanText, useNow } from '../parts/time.tsx';
import css from './frame.module.css';
import { useAct, useSite, useWork } from './host.tsx';
import { PracticeHand } from './practice-hand.tsx';
import { type Route, type SiteStep, sitePath } from './route.ts';

/** Work that is done folds away after this; what failed stays until it is put away. */
const DONE_STAYS_MS = 4_000;

/** Work on a device, visible on every screen: what happens, what hands must do, how long, and how to stop it. */
export function RunningWork({ route }: { route: Route }) {
  const { value: work } = useWork();
  const [putAway, setPutAway] = useState<string | null>(null);
  const ended = work && work.state !== 'running' ? work.id : null;
  const folds = work?.state === 'done' || work?.state === 'cancelled';

  useEffect(() => {
    if (ended === null || !folds) return;
    const timer = setTimeout(() => setPutAway(ended), DONE_STAYS_MS);
    return () => clearTimeout(timer);
  }, [ended, folds]);

  if (!work || work.id === putAway) return null;
  // A code that is refused is told where it was typed.
  if ((work.kind === 'pair_hub' || work.kind === 'replace_hub') && work.state === 'failed') return null;
  if (isAtThatDoor(route, work)) return null;
  return <Panel work={work} route={route} onPutAway={() => setPutAway(work.id)} />;
}

/** The step of the site where this work is at home. */
function stepOf(work: Work): SiteStep {
  if (work.kind === 'configure_network') return 'network';
  return work.kind === 'test_door' ? 'doors' : 'hardware';
}

/** A test at the door in hand has its place there, big, with the questions. */
function isAtThatDoor(route: Route, work: Work): boolean {
  return (
    work.kind === 'test_door' &&
    work.state === 'running' &&
    route.screen === 'site' &&
    route.step === 'doors' &&
    route.item === work.deviceIds[0]
  );
}

function Panel({ work, route, onPutAway }: { work: Work; route: Route; onPutAway: () => void }) {
  const step = stepOf(work);
  const isThere = route.screen === 'site' && route.siteId === work.siteId && route.step === step;
  const t = useText();
  const { value: site } = useSite(work.siteId);
  const device = site?.devices.find((each) => each.id === work.deviceIds[0]);
  const subject = device?.name ?? site?.name ?? '';
  const running = work.state === 'running';
  return (
    <section className={cx(css.run, !running && css.ended)} aria-label={t('work.name')}>
      {running && work.needs !== null ? (
        <Turn work={work} device={device} subject={subject} />
      ) : (
        <span
          className={cx(
            css.ending,
            work.state === 'done' && css.endingDone,
            work.state === 'failed' && css.endingFailed,
            (work.state === 'cancelled' || running) && css.endingCancelled,
          )}
        />
      )}
      {running ? (
        <Progress work={work} site={site} subject={subject} />
      ) : (
        <Ending work={work} site={site} subject={subject} />
      )}
      <div className={css.leaving}>
        {running && work.failsafeEndsAt !== null && <Failsafe endsAt={work.failsafeEndsAt} />}
        {running ? (
          <Cancel work={work} />
        ) : (
          <>
            {!isThere && (
              <Link to={sitePath(work.siteId, step)}>
                <Text id="work.show" />
              </Link>
            )}
            <Again work={work} site={site} />
            <Button big className={css.runButton} onPress={onPutAway}>
              <Text id="work.put_away" />
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

const handDrawings: Record<NonNullable<Work['needs']>, DrawingName> = {
  present_card: 'card',
  press_button: 'iq',
  wake_lock: 'escutcheon',
  enter_code: 'iq',
};

function Turn({ work, device, subject }: { work: Work; device: Device | undefined; subject: string }) {
  if (work.needs === null) return null;
  return (
    <div className={css.turn} role="status">
      <Drawing
        name={
          work.needs === 'wake_lock' && device !== undefined ? drawingOf(device) : handDrawings[work.needs]
        }
        size={80}
        lamp={work.needs === 'press_button' ? 'green' : 'off'}
        blinking={work.needs === 'press_button'}
      />
      <div>
        <b>
          <Text id={`work.hand.${work.needs}`} values={{ subject }} />
        </b>
        <span>
          <Text id={`work.hand.${work.needs}.how`} />
        </span>
        <PracticeHand needs={work.needs} device={device} />
      </div>
    </div>
  );
}

function Progress({ work, site, subject }: { work: Work; site: Site | undefined; subject: string }) {
  const t = useText();
  const stepText = useStepText('name');
  const usualText = useStepText('usual');
  const now = useNow();
  const current = work.steps.find((step) => step.state === 'running');
  const usual = current && usualText(current.id);
  const place = placeOf(work, site);
  return (
    <div className={css.progress}>
      <p>
        <b role="status">
          <Text id={`work.kind.${work.kind}`} values={{ subject }} />
          {current && <span className="hidden-visually">, {stepText(current.id)}</span>}
        </b>{' '}
        <span className={css.quiet}>
          {place !== null && (
            <>
              <Text id="work.place" values={place} />{' '}
            </>
          )}
          <span className="wide">
            {work.fraction === null ? (
              <Text
                id={usual ? 'work.since.usual' : 'work.since'}
                values={{ time: spanText(now.getTime() - Date.parse(work.since)), usual: usual ?? '' }}
              />
            ) : (
              <Text id="work.fraction" values={{ fraction: work.fraction }} />
            )}
          </span>
        </span>
      </p>
      <ol className={css.steps} aria-label={t('work.steps')}>
        {work.steps.map((step) => (
          <li
            key={step.id}
            className={cx(
              css[step.state],
              work.needs === null && step.state === 'running' && css.machine,
              step.state === 'running' && work.fraction !== null && css.share,
            )}
            style={{ '--share': `${Math.round((work.fraction ?? 0) * 100)}%` } as CSSProperties}
            aria-current={step.state === 'running' ? 'step' : undefined}
          >
            {stepText(step.id) ?? step.id.replaceAll('_', ' ')}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Which of several devices is in hand; null where there is but one. */
function placeOf(work: Work, site: Site | undefined): { place: number; count: number } | null {
  const count = work.deviceIds.length;
  if (count < 2 || site === undefined) return null;
  if (work.kind === 'update_firmware') return placeAfter(work.results.length, count);
  if (work.kind === 'attach') return placeAfter(attachedOf(work, site), count);
  return isLeaving(work) ? placeAfter(goneOf(work, site), count) : null;
}

const placeAfter = (done: number, count: number) => ({ place: Math.min(count, done + 1), count });

/** Devices of the work that their hub does not hold any more. */
function goneOf(work: Work, site: Site): number {
  const gone = site.devices.filter(({ state, heldByHub }) => state === 'detached' || heldByHub !== null);
  return gone.filter(({ id }) => work.deviceIds.includes(id)).length;
}

function attachedOf(work: Work, site: Site): number {
  const done = new Set(site.devices.filter(isAttached).map((device) => device.id));
  return work.deviceIds.filter((id) => done.has(id)).length;
}

function isAttached({ state }: Device): boolean {
  return state === 'attached' || state === 'tested' || state === 'faulty';
}

function Ending({ work, site, subject }: { work: Work; site: Site | undefined; subject: string }) {
  const problemText = useProblemText();
  if (work.state === 'failed' && work.problem !== null) {
    const text = problemText(work.problem);
    return (
      <div className={css.progress} role="alert">
        <p>
          <b>{text.title}</b>
        </p>
        <p className={css.wrap}>
          {text.why} {text.next} <ErrorCodeText code={work.problem.code} />
        </p>
        {/* One side kept what the other lost: its own sentences say so. */}
        {work.problem.code !== 'commission.half_attached' && (
          <p className={css.wrap}>
            <AfterFailure work={work} site={site} subject={subject} problem={work.problem} />
          </p>
        )}
      </div>
    );
  }
  return (
    <div className={css.progress} role="status">
      <p>
        <b>
          <Text
            id={work.state === 'cancelled' ? cancelledText(work) : `work.done.${work.kind}`}
            values={{
              subject,
              count: work.deviceIds.length,
              time: spanText(Date.parse(work.since) - Date.parse(work.startedAt)),
            }}
          />
        </b>
      </p>
    </div>
  );
}

/** Work in which a hub is told at once to let a device go, and keeps that order. */
function isLeaving({ kind, steps }: Work): boolean {
  // What is let free by itself moves under the failsafe: then it has moved, or is as it was.
  if (steps.some(({ id }) => id === 'free')) return false;
  return kind === 'detach' || kind === 'move_device' || kind === 'replace_device';
}

function cancelledText(work: Work): 'work.cancelled' | 'work.cancelled.detach' {
  return isLeaving(work) ? 'work.cancelled.detach' : 'work.cancelled';
}

/** In what state the devices are after work that failed: what is not confirmed goes back, now or by its own timer. */
function AfterFailure({
  work,
  site,
  subject,
  problem,
}: {
  work: Work;
  site: Site | undefined;
  subject: string;
  problem: Problem;
}) {
  if (work.kind === 'test_door') return <Text id="work.after.test" values={{ subject }} />;
  if (work.kind === 'update_firmware') return <AfterUpdate work={work} />;
  if (isLeaving(work)) return <Text id="work.after.detach" />;
  if (work.kind === 'reset') return <Text id="work.after.reset" />;
  const done = work.kind === 'attach' && site !== undefined ? attachedOf(work, site) : 0;
  const unreachable = /^(device\.(disconnected|timeout)|ble\.|serial\.|work\.)/.test(problem.code);
  return (
    <>
      {done > 0 && (
        <>
          <Text id="work.after.attached" values={{ count: done }} />{' '}
        </>
      )}
      <Text id={unreachable ? 'work.after.soon' : 'work.after.now'} values={{ subject }} />
    </>
  );
}

/** Firmware is kept or goes back, whatever happened; the list of results is in the hardware step. */
function AfterUpdate({ work }: { work: Work }) {
  const updated = work.results.filter(({ problem }) => problem === null).length;
  return (
    <>
      {updated > 0 && (
        <>
          <Text id="work.after.updated" values={{ count: updated }} />{' '}
        </>
      )}
      <Text id="work.after.firmware" />
    </>
  );
}

/** Work that can simply be begun again: what is done is not done twice. */
function Again({ work, site }: { work: Work; site: Site | undefined }) {
  const t = useText();
  const again = useAct((client) => {
    const { kind, siteId, deviceIds } = work;
    if (kind === 'attach') return client.work.attach({ siteId, deviceIds });
    if (kind === 'detach') return client.work.detach({ siteId, deviceIds, force: false });
    return client.work.testDoor({ deviceId: deviceIds[0] ?? '' });
  });
  const can = work.state === 'failed' && ['attach', 'detach', 'test_door'].includes(work.kind);
  if (!can || site === undefined) return null;
  return (
    <Button
      big
      className={css.runButton}
      busy={again.busy ? t('work.again.busy') : undefined}
      onPress={() => void again.run()}
    >
      <Text id="work.again" />
    </Button>
  );
}

/** The longest that a device stays armed by itself (A35). */
const FAILSAFE_MS = 180_000;
const FAILSAFE_SEGMENTS = 12;

function Failsafe({ endsAt }: { endsAt: string }) {
  const now = useNow();
  // The laptop's second may begin before the device's.
  const leftMs = Math.min(FAILSAFE_MS, Date.parse(endsAt) - now.getTime());
  return (
    <div>
      <span className={css.left}>
        <b>{clockText(leftMs)}</b>
        <span className="wide">
          <Segments
            count={FAILSAFE_SEGMENTS}
            lit={Math.ceil((Math.max(0, leftMs) / FAILSAFE_MS) * FAILSAFE_SEGMENTS)}
            width={88}
          />
        </span>
      </span>
      <p className="wide">
        <Text id="work.failsafe" values={{ br: <br /> }} />
      </p>
    </div>
  );
}

function Cancel({ work }: { work: Work }) {
  const t = useText();
  const cancel = useAct((client, workId: string) => client.work.cancel({ workId }));
  return (
    <Button
      big
      className={css.runButton}
      busy={cancel.busy ? t('work.cancelling') : undefined}
      onPress={() => void cancel.run(work.id)}
    >
      <Text id="work.cancel" />
    </Button>
  );
}

/** Gives the function that names a step of a workflow, or says how long it usually takes. */
function useStepText(what: 'name' | 'usual'): (stepId: string) => string | undefined {
  const intl = useIntl();
  return (stepId) => {
    const ids = what === 'usual' ? [`work.usual.${stepId}`] : [`work.step.${stepId}`, `check.${stepId}`];
    const known = ids.find((id) => Object.hasOwn(intl.messages, id));
    return known === undefined ? undefined : intl.formatMessage({ id: known });
  };
}
