import type { OutboxSite, Stage } from '../../../electron/contract/model.ts';
import { outboxStages } from '../../../electron/contract/model.ts';
import { go, outboxPath } from '../../app/route.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import { cx } from '../../parts/cx.ts';
import { Icon } from '../../parts/icon.tsx';
import layout from '../../parts/layout.module.css';
import { useProblemText } from '../../parts/problem.tsx';
import { Cell } from '../../parts/rows.tsx';
import { stageIcons } from '../../parts/stage-icons.ts';
import { State } from '../../parts/state.tsx';
import { stageLook } from '../../parts/states.ts';
import { Clock } from '../../parts/time.tsx';
import { needsAddress } from './groups.ts';
import css from './outbox.module.css';

/** The names of the stages, above their track. */
export function StageHeads() {
  return (
    <div className={cx(css.heads, css.columns)} aria-hidden="true">
      <span>
        <Text id="sites.column.site" />
      </span>
      <span className={css.track}>
        {outboxStages.map((stage) => (
          <span key={stage} className={css.stageHead}>
            <Icon name={stageIcons[stage]} size={18} />
            <Text id={`stage.short.${stage}`} />
          </span>
        ))}
      </span>
      <span />
    </div>
  );
}

/** One site in the outbox: its name and what it waits for, its stages, and the way to decide. */
export function OutboxCells({ site, reachable }: { site: OutboxSite; reachable: boolean }) {
  const t = useText();
  const verb = t(needsAddress(site) ? 'outbox.correct' : 'outbox.decide');
  return (
    <>
      <Cell className={layout.two}>
        <b title={site.siteName}>{site.siteName}</b>
        <small>
          <OutboxLine site={site} />
        </small>
      </Cell>
      <Cell>
        <StageTrack stages={site.stages} />
      </Cell>
      <Cell>
        {site.group === 'needs_person' && (
          <Button
            className={css.act}
            excludeFromTabOrder={!reachable}
            label={t('outbox.act_of', { act: verb, site: site.siteName })}
            onPress={() => go(outboxPath(site.siteId))}
          >
            {verb}
          </Button>
        )}
      </Cell>
    </>
  );
}

/** What a site waits for, in one line. */
export function OutboxLine({ site }: { site: OutboxSite }) {
  const problemText = useProblemText();
  const running = site.stages.find((stage) => stage.state === 'running');
  if (site.group === 'running' && running !== undefined) {
    return (
      <Text
        id={`outbox.line.running.${running.stage}`}
        values={{ done: running.done, total: running.total }}
      />
    );
  }
  const why = site.problem === null ? null : problemText(site.problem).title;
  if (site.group === 'resting' && site.nextTryAt !== null) {
    const again = <Text id="outbox.line.again" values={{ at: <Clock at={site.nextTryAt} /> }} />;
    return why === null ? (
      again
    ) : (
      <>
        {why} · {again}
      </>
    );
  }
  if (why !== null) return why;
  return <Text id={`outbox.line.${site.group}`} />;
}

/** States whose line from the stage before is drawn through once that stage is behind. */
const passed = new Set<Stage['state']>(['done', 'running', 'not_needed']);

/** The stages of a site as a track of marks; read as one sentence. */
function StageTrack({ stages }: { stages: readonly Stage[] }) {
  const t = useText();
  const ordered = outboxStages.map(
    (stage): Stage =>
      stages.find((each) => each.stage === stage) ?? { stage, state: 'waiting', done: 0, total: 0 },
  );
  const name = ordered
    .map(({ stage, state }) => `${t(`stage.short.${stage}`)} ${t(stageLook(state).text)}`)
    .join(', ');
  return (
    <span className={css.track} role="img" aria-label={name}>
      {ordered.map(({ stage, state }, index) => {
        const { tone, mark } = stageLook(state);
        const before = ordered[index - 1];
        const isLinked =
          before !== undefined &&
          passed.has(state) &&
          (before.state === 'done' || (before.state === 'not_needed' && state !== 'not_needed'));
        return (
          <span key={stage} className={cx(css.stage, isLinked && css.linked)}>
            <State tone={tone} mark={mark} />
          </span>
        );
      })}
    </span>
  );
}
