import { useEffect, useRef } from 'react';
import {
  type Device,
  type DoorCheck,
  type DoorCheckResult,
  doorChecks,
  type Site,
  type Work,
} from '../../../../electron/contract/model.ts';
import { useAct } from '../../../app/host.tsx';
import { go, sitePath } from '../../../app/route.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { cx } from '../../../parts/cx.ts';
import { ProblemInline } from '../../../parts/problem.tsx';
import { State } from '../../../parts/state.tsx';
import { Clock } from '../../../parts/time.tsx';
import { hubOf, isAttachable, isPaired } from '../hardware/tree.ts';
import css from './doors.module.css';
import { isPlainKey } from './plain-key.ts';

type Answer = 'passed' | 'failed' | 'repeat';

/** The seven checks of a door, with the one that is asked now and the buttons that answer it. */
export function Checks({
  site,
  door,
  testing,
  work,
}: {
  site: Site;
  door: Device;
  testing: Work | null;
  work: Work | null;
}) {
  const t = useText();
  const running = testing?.question ?? runningCheck(testing);
  return (
    <div className={css.checks}>
      <StartAct site={site} door={door} work={work} testing={testing} />
      <ol aria-label={t('doors.checks')}>
        {doorChecks.map((check, index) => {
          const result = door.checks.find((each) => each.check === check);
          if (check === running && testing !== null) {
            return <CheckNow key={check} check={check} number={index + 1} work={testing} />;
          }
          return <CheckRow key={check} check={check} number={index + 1} result={result} />;
        })}
      </ol>
    </div>
  );
}

/** What begins the work at a door that nobody tests now. */
function StartAct({
  site,
  door,
  work,
  testing,
}: {
  site: Site;
  door: Device;
  work: Work | null;
  testing: Work | null;
}) {
  const t = useText();
  const test = useAct((client) => client.work.testDoor({ deviceId: door.id }));
  const attach = useAct((client) => client.work.attach({ siteId: site.id, deviceIds: [door.id] }));
  if (testing !== null) return null;
  const other = work?.state === 'running';
  const attaching = other && work.kind === 'attach' && work.deviceIds.includes(door.id);
  const wait = other && !attaching ? t('attach.wait') : undefined;
  const hub = hubOf(door, site.devices);
  const shown = (problem: typeof test.problem) =>
    problem !== null && problem.code !== 'commission.cancelled' && problem.code !== work?.problem?.code ? (
      <ProblemInline problem={problem} />
    ) : null;

  if (door.mac === null) {
    return (
      <Offer text={<Text id="doors.no_lock.next" />}>
        <Button big onPress={() => go(sitePath(site.id, 'hardware'))}>
          <Text id="doors.bind" />
        </Button>
      </Offer>
    );
  }
  if (isAttachable(door)) {
    const notPaired = hub === undefined || !isPaired(hub) ? t('doors.hub_not_paired') : undefined;
    return (
      <Offer text={<Text id="doors.not_attached" />} problem={shown(attach.problem)}>
        <Button
          big
          kind={other ? 'neutral' : 'key'}
          notYet={notPaired ?? wait}
          busy={attach.busy || attaching ? t('attach.running') : undefined}
          onPress={() => void attach.run()}
        >
          <Text id="doors.attach" />
        </Button>
      </Offer>
    );
  }
  if (door.state === 'attached' || door.state === 'tested' || door.state === 'faulty') {
    return (
      <Offer
        text={<Text id={door.state === 'attached' ? 'doors.ready' : `doors.ready.${door.state}`} />}
        problem={shown(test.problem)}
      >
        <Button
          big
          kind={door.state === 'tested' || other ? 'neutral' : 'key'}
          notYet={wait}
          busy={test.busy ? t('doors.testing') : undefined}
          onPress={() => void test.run()}
        >
          <Text id={door.checks.length === 0 ? 'doors.test' : 'doors.test_again'} />
        </Button>
      </Offer>
    );
  }
  return null;
}

function Offer({
  text,
  problem = null,
  children,
}: {
  text: React.ReactNode;
  problem?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <div className={css.offer}>
      <p>{text}</p>
      {children}
      {problem !== null && <div className={css.offerProblem}>{problem}</div>}
    </div>
  );
}

function CheckRow({
  check,
  number,
  result,
}: {
  check: DoorCheck;
  number: number;
  result: DoorCheckResult | undefined;
}) {
  const t = useText();
  const look =
    result === undefined
      ? 'planned'
      : result.result === 'passed'
        ? ('tested' as const)
        : ('blocker' as const);
  return (
    <li className={css.check}>
      <State tone={look} />
      <span className={css.number}>{number}</span>
      <b>
        <Text id={`check.${check}`} />
        <span className="hidden-visually">
          , <Text id={result === undefined ? 'check.open' : `check.result.${result.result}`} />
        </span>
      </b>
      <span className={`quiet cut ${css.detail}`}>{result?.detail.replace(/-(?=\d)/g, '−') ?? ''}</span>
      <span className="quiet nowrap">
        {result !== undefined && (
          <>
            {result.by === 'lock' || result.by === 'hub' ? t(`check.by.${result.by}`) : result.by},{' '}
            <Clock at={result.at} />
          </>
        )}
      </span>
    </li>
  );
}

/** The check in hand: what runs by itself, or the question with its answers. */
function CheckNow({ check, number, work }: { check: DoorCheck; number: number; work: Work }) {
  const t = useText();
  const answer = useAct((client, given: Answer) =>
    client.work.answer({ workId: work.id, check, answer: given }),
  );
  const asked = work.question === check;
  const row = useRef<HTMLLIElement>(null);
  const { run } = answer;

  useEffect(() => {
    if (asked) row.current?.scrollIntoView({ block: 'nearest' });
  }, [asked]);

  useEffect(() => {
    if (!asked) return;
    const listen = (event: KeyboardEvent) => {
      const given: Answer | null = isPlainKey(event, 'p')
        ? 'passed'
        : isPlainKey(event, 'f')
          ? 'failed'
          : isPlainKey(event, 'r')
            ? 'repeat'
            : null;
      if (given === null) return;
      event.preventDefault();
      void run(given);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  });

  return (
    <li ref={row} className={cx(css.check, css.now)} aria-current="step">
      <State tone="found" mark="running" />
      <span className={css.number}>{number}</span>
      <div>
        <b>
          <Text id={`check.${check}`} />
        </b>
        <p className={css.question} role="status">
          <Text id={asked ? `check.${check}.question` : `check.${check}.doing`} />
        </p>
        {asked && (
          <div className={css.answers}>
            <Button
              big
              kind="key"
              shortcut="P"
              busy={answer.busy ? t('check.saving') : undefined}
              onPress={() => void run('passed')}
            >
              <Text id="check.passed" />
            </Button>
            <Button big shortcut="F" onPress={() => void run('failed')}>
              <Text id="check.failed" />
            </Button>
            <Button big kind="quiet" icon="resend" shortcut="R" onPress={() => void run('repeat')}>
              <Text id="check.repeat" />
            </Button>
          </div>
        )}
        {answer.problem !== null && <ProblemInline problem={answer.problem} />}
      </div>
    </li>
  );
}

/** The check that the lock makes by itself now. */
function runningCheck(work: Work | null): DoorCheck | null {
  const step = work?.steps.find((each) => each.state === 'running');
  return doorChecks.find((check) => check === step?.id) ?? null;
}
