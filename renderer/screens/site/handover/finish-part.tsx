import type { Site } from '../../../../electron/contract/model.ts';
import { useAct, useAppState } from '../../../app/host.tsx';
import { go, outboxPath } from '../../../app/route.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { ProblemInline } from '../../../parts/problem.tsx';
import { State } from '../../../parts/state.tsx';
import { siteLook } from '../../../parts/states.ts';
import { Clock } from '../../../parts/time.tsx';
import css from './handover.module.css';

/** The installer's own statement that the work is done; afterwards, what became of it. */
export function FinishPart({ site, blockers }: { site: Site; blockers: number }) {
  const t = useText();
  const { value: app } = useAppState();
  const finish = useAct((client) => client.sites.finish({ siteId: site.id }));
  if (site.finishedAt !== null) return <Finished site={site} finishedAt={site.finishedAt} />;
  return (
    <div className={css.finish}>
      <p className={`quiet ${css.statement}`}>
        <Text
          id="handover.statement"
          values={{ person: app?.person?.fullName ?? t('handover.you'), count: site.doors.planned }}
        />
      </p>
      <div className={css.finishActs}>
        {blockers > 0 ? (
          <State tone="blocker">
            <Text id="step.note.blockers" values={{ count: blockers }} />
          </State>
        ) : (
          <State tone="tested">
            <Text id="handover.ready" />
          </State>
        )}
        <Button
          big
          kind="key"
          notYet={blockers > 0 ? t('handover.blockers_left', { count: blockers }) : undefined}
          busy={finish.busy ? t('handover.finishing') : undefined}
          onPress={() => void finish.run()}
        >
          <Text id="handover.finish" />
        </Button>
      </div>
      {finish.problem !== null && <ProblemInline problem={finish.problem} />}
    </div>
  );
}

function Finished({ site, finishedAt }: { site: Site; finishedAt: string }) {
  const { tone, mark, text } = siteLook(site.state);
  return (
    <div className={css.finish}>
      <p className="quiet" role="status">
        <Text
          id={site.releasedAt === null ? 'handover.finished' : 'handover.released'}
          values={{
            person: site.finishedBy ?? '',
            at: <Clock at={finishedAt} />,
            released: site.releasedAt === null ? '' : <Clock at={site.releasedAt} />,
          }}
        />
      </p>
      <div className={css.finishActs}>
        <State tone={tone} mark={mark}>
          <Text id={text} />
        </State>
        <Button big onPress={() => go(outboxPath(site.id))}>
          <Text id="handover.outbox" />
        </Button>
      </div>
    </div>
  );
}
