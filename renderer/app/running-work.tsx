import { useEffect, useState } from 'react';
import { useIntl } from 'react-intl';
import type { Device, Work } from '../../electron/contract/model.ts';
import { Text, useText } from '../i18n/text.tsx';
import { Button } from '../parts/button.tsx';
import { ErrorCodeText } from '../parts/code.tsx';
import { cx } from '../parts/cx.ts';
import { Drawing, type DrawingName } from '../parts/drawing.tsx';
import { Link } from '../parts/link.tsx';
import { useProblemText } from '../parts/problem.tsx';
import { clockText } from '../parts/rulers.ts';
import { useNow } from '../parts/time.tsx';
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
  if (work.kind === 'pair_hub' && work.state === 'failed') return null;
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
      {running ? <Progress work={work} subject={subject} /> : <Ending work={work} subject={subject} />}
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
        name={handDrawings[work.needs]}
        size={80}
        lamp={work.needs === 'press_button' ? 'green' : 'off'}
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

function Progress({ work, subject }: { work: Work; subject: string }) {
  const t = useText();
  const stepText = useStepText();
  const now = useNow();
  const current = work.steps.find((step) => step.state === 'running');
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(work.since)) / 1000));
  return (
    <div className={css.progress}>
      <p>
        <b role="status">
          <Text id={`work.kind.${work.kind}`} values={{ subject }} />
          {current && <span className="hidden-visually">, {stepText(current.id)}</span>}
        </b>{' '}
        <span className={cx(css.quiet, 'wide')}>
          {work.fraction === null ? (
            <Text id="work.since" values={{ seconds }} />
          ) : (
            <Text id="work.fraction" values={{ fraction: work.fraction }} />
          )}
        </span>
      </p>
      <ol className={css.steps} aria-label={t('work.steps')}>
        {work.steps.map((step) => (
          <li
            key={step.id}
            className={cx(css[step.state], work.needs === null && step.state === 'running' && css.machine)}
            aria-current={step.state === 'running' ? 'step' : undefined}
          >
            {stepText(step.id)}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Ending({ work, subject }: { work: Work; subject: string }) {
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
      </div>
    );
  }
  return (
    <div className={css.progress} role="status">
      <p>
        <b>
          <Text
            id={work.state === 'cancelled' ? 'work.cancelled' : `work.done.${work.kind}`}
            values={{ subject, count: work.deviceIds.length }}
          />
        </b>
      </p>
    </div>
  );
}

function Failsafe({ endsAt }: { endsAt: string }) {
  const now = useNow();
  return (
    <div>
      <b>{clockText(Date.parse(endsAt) - now.getTime())}</b>
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

/** Gives the function that names a step of a workflow. */
function useStepText(): (stepId: string) => string {
  const intl = useIntl();
  return (stepId) => {
    const known = [`work.step.${stepId}`, `check.${stepId}`].find((id) => Object.hasOwn(intl.messages, id));
    return known === undefined ? stepId.replaceAll('_', ' ') : intl.formatMessage({ id: known });
  };
}
