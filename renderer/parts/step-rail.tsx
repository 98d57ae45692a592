import type { Site } from '../../electron/contract/model.ts';
import { type SiteStep, sitePath, siteSteps } from '../app/route.ts';
import { Text, useText } from '../i18n/text.tsx';
import { cx } from './cx.ts';
import { Link } from './link.tsx';
import { State } from './state.tsx';
import { stepLook } from './states.ts';
import css from './step-rail.module.css';

/** The steps of a site, each with its own mark and count. None is locked. */
export function StepRail({ site, current }: { site: Site; current: SiteStep }) {
  const t = useText();
  return (
    <nav className={css.rail} aria-label={t('rail.name')}>
      {siteSteps.map((step) => {
        const known = site.steps.find((each) => each.step === step);
        const { tone, mark } = stepLook(known?.state ?? 'not_yet');
        return (
          <Link
            key={step}
            to={sitePath(site.id, step)}
            className={cx(css.step, step === current && css.on)}
            current={step === current ? 'step' : undefined}
          >
            <State tone={tone} mark={mark} />
            <span className={css.words}>
              <b>
                <Text id={`step.${step}`} />
              </b>
              <small>
                <StepNote site={site} step={step} />
              </small>
            </span>
          </Link>
        );
      })}
    </nav>
  );
}

/** What stands under a step's name: findings first, then how far it is. */
function StepNote({ site, step }: { site: Site; step: SiteStep }) {
  const known = site.steps.find((each) => each.step === step);
  const ofStep = site.findings.filter((finding) => step === 'handover' || finding.step === step);
  const blockers = ofStep.filter((finding) => finding.severity === 'blocker').length;
  const warnings = ofStep.length - blockers;
  switch (known?.state) {
    case 'blocker':
      return <Text id="step.note.blockers" values={{ count: Math.max(1, blockers) }} />;
    case 'warning':
      return <Text id="step.note.warnings" values={{ count: Math.max(1, warnings) }} />;
    case 'done':
      return <Text id="step.note.done" />;
    case 'open':
      if (step === 'doors')
        return <Text id="step.note.of" values={{ done: known.done, total: known.total }} />;
      return <Text id="step.note.open" values={{ count: Math.max(1, known.total - known.done) }} />;
    default:
      return <Text id="step.note.not_yet" />;
  }
}
