import type { Site, Work } from '../../../../electron/contract/model.ts';
import { useAct } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import layout from '../../../parts/layout.module.css';
import { ProblemInline } from '../../../parts/problem.tsx';
import { NextFoot } from '../next-foot.tsx';
import css from './hardware.module.css';
import { nextToAttach } from './tree.ts';

/** What can be attached next, in the tree's order; the failsafe holds it together (A37). */
export function AttachFoot({ site, work }: { site: Site; work: Work | null }) {
  const t = useText();
  const attach = useAct((client, deviceIds: string[]) => client.work.attach({ siteId: site.id, deviceIds }));
  const next = nextToAttach(site.devices);
  const running = work?.state === 'running';
  if (next === null && attach.problem === null) {
    return <NextFoot site={site} here={['pair_hub', 'attach_locks']} done="hardware" />;
  }
  return (
    <div className={`${layout.foot} ${css.attach}`}>
      {next !== null && (
        <>
          <span className={css.attachWhat}>
            <Text id="attach.next" values={{ count: next.devices.length, hub: next.hub.name }} />
          </span>
          <Button
            big
            kind={running ? 'neutral' : 'key'}
            notYet={running && !attach.busy ? t('attach.wait') : undefined}
            busy={attach.busy ? t('attach.running') : undefined}
            onPress={() => void attach.run(next.devices.map((each) => each.id))}
          >
            <Text id="attach.do" values={{ count: next.devices.length }} />
          </Button>
        </>
      )}
      {attach.problem !== null &&
        attach.problem.code !== 'commission.cancelled' &&
        work?.problem?.code !== attach.problem.code && (
          <div className={css.attachProblem}>
            <ProblemInline problem={attach.problem} />
          </div>
        )}
    </div>
  );
}
