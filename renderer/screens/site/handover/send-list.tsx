import { useIntl } from 'react-intl';
import { outboxStages, type Site, type Stage } from '../../../../electron/contract/model.ts';
import { Text, useText } from '../../../i18n/text.tsx';
import { cx } from '../../../parts/cx.ts';
import { Icon } from '../../../parts/icon.tsx';
import { stageIcons } from '../../../parts/stage-icons.ts';
import { State } from '../../../parts/state.tsx';
import { stageLook } from '../../../parts/states.ts';
import css from './handover.module.css';

/** What will go over the sill, in its order; the line stands before what the owner notices. */
export function SendList({ site }: { site: Site }) {
  const t = useText();
  return (
    <ol className={css.sends} aria-label={t('handover.sends')}>
      {outboxStages.map((stage, index) => {
        const known = site.stages.find((each) => each.stage === stage);
        const state = known?.state ?? 'waiting';
        const { tone, mark } = stageLook(state);
        return (
          <li key={stage} className={cx(css.send, stage === 'invitation' && css.line)}>
            <span className="quiet">{index + 1}</span>
            <Icon name={stageIcons[stage]} />
            <b>
              <Text id={`stage.${stage}`} />
            </b>
            <span className={`quiet cut ${css.what}`}>
              <StageDetail site={site} stage={stage} known={known} />
            </span>
            <State tone={tone} mark={state === 'waiting' ? 'waiting' : mark} light>
              <StageWord stage={stage} state={state} finished={site.finishedAt !== null} />
            </State>
          </li>
        );
      })}
    </ol>
  );
}

function StageWord({
  stage,
  state,
  finished,
}: {
  stage: Stage['stage'];
  state: Stage['state'];
  finished: boolean;
}) {
  if (state !== 'waiting') return <Text id={`handover.stage.${state}`} />;
  if (stage === 'invitation' || stage === 'release') return <Text id={`handover.after.${stage}`} />;
  return <Text id={finished ? 'handover.stage.waiting' : 'handover.stage.ready'} />;
}

function StageDetail({
  site,
  stage,
  known,
}: {
  site: Site;
  stage: Stage['stage'];
  known: Stage | undefined;
}) {
  const t = useText();
  const intl = useIntl();
  switch (stage) {
    case 'site':
      return site.siteUid ?? t('sites.no_uid');
    case 'voucher':
      return site.voucher === '' ? t('handover.no_voucher') : site.voucher;
    case 'hubs':
    case 'trees':
      return intl.formatNumber(site.devices.filter((each) => each.kind === 'iq').length);
    case 'locks':
      return t('handover.locks', {
        repeaters: site.devices.filter((each) => each.kind === 'repeater').length,
        locks: site.devices.filter((each) => each.kind === 'lock').length,
      });
    case 'papers':
      return known === undefined || known.total === 0 ? t('none.dash') : intl.formatNumber(known.total);
    case 'invitation':
      return t('handover.one_mail', {
        language: intl.formatDisplayName(site.owner.language, { type: 'language' }) ?? site.owner.language,
      });
    case 'release':
      return t('handover.owner_may_open');
  }
}
