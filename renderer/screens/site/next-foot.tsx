import type { NextStep, Site } from '../../../electron/contract/model.ts';
import { useWork } from '../../app/host.tsx';
import { go } from '../../app/route.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import layout from '../../parts/layout.module.css';
import { placeOfStep } from '../sites/next-step.ts';
import css from './next-foot.module.css';

/** When a step has nothing left to do: where the work goes on. `here` are the steps that this place is for itself. */
export function NextFoot({
  site,
  here,
  done,
}: {
  site: Site;
  here: readonly NextStep['kind'][];
  done: 'hardware' | 'network';
}) {
  const { kind } = site.nextStep;
  const isDone = site.steps.some((step) => step.step === done && step.state === 'done');
  if (!isDone || here.includes(kind) || kind === 'none' || kind === 'start') return null;
  return (
    <div className={layout.foot}>
      <span className={css.what}>
        <Text id={`next.done.${done}`} />
      </span>
      <NextButton site={site} />
    </div>
  );
}

/** The button of a site's next step; yellow unless a device is worked on. */
export function NextButton({ site }: { site: Site }) {
  const t = useText();
  const { value: work } = useWork();
  const { kind, count } = site.nextStep;
  return (
    <Button
      big
      kind={work?.state === 'running' ? 'neutral' : 'key'}
      iconAfter="arrow"
      onPress={() => go(placeOfStep(site.id, site.nextStep))}
    >
      {t(`next.${kind}`, { count })}
    </Button>
  );
}
