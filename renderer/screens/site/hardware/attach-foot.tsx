import { useState } from 'react';
import type { Device, Site, Work } from '../../../../electron/contract/model.ts';
import { useAct, useDiscovery } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import layout from '../../../parts/layout.module.css';
import { ProblemInline } from '../../../parts/problem.tsx';
import { NextFoot } from '../next-foot.tsx';
import { AttachPlanDialog } from './attach-plan.tsx';
import { attachPlan } from './attach-ways.ts';
import css from './hardware.module.css';
import { nextToAttach } from './tree.ts';

/** What can be attached next, in the tree's order, and which way each goes; the failsafe holds it together (A37). */
export function AttachFoot({ site, work }: { site: Site; work: Work | null }) {
  const t = useText();
  const { value: discovery } = useDiscovery();
  const [explained, setExplained] = useState(false);
  const attach = useAct((client, deviceIds: string[]) => client.work.attach({ siteId: site.id, deviceIds }));
  const next = nextToAttach(site.devices);
  const running = work?.state === 'running';
  if (next === null && attach.problem === null) {
    return <NextFoot site={site} here={['pair_hub', 'attach_locks']} done="hardware" />;
  }
  const plan = attachPlan(next?.devices ?? [], discovery);
  const start = (devices: readonly Device[]) => void attach.run(devices.map((each) => each.id));
  return (
    <div className={`${layout.foot} ${css.attach}`}>
      {next !== null && (
        <>
          <span className={css.attachWhat}>
            <Text
              id="attach.next"
              values={{
                count: next.devices.length,
                hub: next.hub.name,
                air: plan.air.length,
                card: plan.card.length,
              }}
            />
          </span>
          <Button kind="quiet" onPress={() => setExplained(true)}>
            <Text id="attach.how" />
          </Button>
          <Button
            big
            kind={running ? 'neutral' : 'key'}
            notYet={running && !attach.busy ? t('attach.wait') : undefined}
            busy={attach.busy ? t('attach.running') : undefined}
            onPress={() => start(next.devices)}
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
      {explained && next !== null && (
        <AttachPlanDialog
          hub={next.hub}
          plan={plan}
          notYet={running ? t('attach.wait') : undefined}
          onStart={() => {
            setExplained(false);
            start(next.devices);
          }}
          onClose={() => setExplained(false)}
        />
      )}
    </div>
  );
}
