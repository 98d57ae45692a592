import { useState } from 'react';
import { useIntl } from 'react-intl';
import type { Finding, Site } from '../../../../electron/contract/model.ts';
import { go, sitePath } from '../../../app/route.ts';
import texts from '../../../i18n/en.json';
import { Text, type TextId, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { ErrorCodeText } from '../../../parts/code.tsx';
import layout from '../../../parts/layout.module.css';
import { Note } from '../../../parts/note.tsx';
import { useProblemText } from '../../../parts/problem.tsx';
import { State } from '../../../parts/state.tsx';
import { Clock } from '../../../parts/time.tsx';
import { emailsDiffer } from '../customer/site-form.tsx';
import { PassedRule } from '../hardware/rules-dialog.tsx';
import { FinishPart } from './finish-part.tsx';
import css from './handover.module.css';
import { SendList } from './send-list.tsx';

const SHOWN_PASSED = 4;

/** The check before the release, what will be sent, and the installer's statement. */
export function HandoverStep({ site }: { site: Site }) {
  const t = useText();
  const [all, setAll] = useState(false);
  const blockers = site.findings.filter((finding) => finding.severity === 'blocker');
  const warnings = site.findings.filter((finding) => finding.severity === 'warning');
  const passed = all ? site.passedRules : site.passedRules.slice(0, SHOWN_PASSED);
  return (
    <div className={`${layout.split} ${css.handover}`}>
      <section className={layout.pane} aria-label={t('handover.check')}>
        <div className={layout.head}>
          <h2>
            <Text id="handover.check" />
          </h2>
          <span className="quiet nowrap wide">
            <Text
              id="handover.rules"
              values={{
                count: site.findings.length + site.passedRules.length,
                at: <Clock at={site.savedAt} />,
              }}
            />
          </span>
        </div>
        <div className={layout.scroll}>
          {blockers.length > 0 && (
            <>
              <h3 className={layout.section}>
                <span className={css.blockers}>
                  <Text id="handover.blockers" />
                </span>
                <span className={layout.count}>
                  <Text id="number" values={{ value: blockers.length }} />
                </span>
                <span className="grow" />
                <small className="cut">
                  <Text id="handover.blockers.note" />
                </small>
              </h3>
              <ul aria-label={t('handover.blockers')}>
                {blockers.map((finding, index) => (
                  <FindingRow key={keyOf(finding)} site={site} finding={finding} yourTurn={index === 0} />
                ))}
              </ul>
            </>
          )}
          {warnings.length > 0 && (
            <>
              <h3 className={layout.section}>
                <span className={css.warnings}>
                  <Text id="handover.warnings" />
                </span>
                <span className={layout.count}>
                  <Text id="number" values={{ value: warnings.length }} />
                </span>
                <span className="grow" />
                <small className="cut">
                  <Text id="handover.warnings.note" />
                </small>
              </h3>
              <ul aria-label={t('handover.warnings')}>
                {warnings.map((finding) => (
                  <FindingRow key={keyOf(finding)} site={site} finding={finding} yourTurn={false} />
                ))}
              </ul>
            </>
          )}
          <h3 className={layout.section}>
            <span className={css.passed}>
              <Text id="handover.passed" />
            </span>
            <span className={layout.count}>
              <Text id="number" values={{ value: site.passedRules.length }} />
            </span>
            <span className="grow" />
            {site.passedRules.length > SHOWN_PASSED && (
              <Button kind="quiet" className={css.showAll} onPress={() => setAll(!all)}>
                <Text id={all ? 'handover.show_fewer' : 'handover.show_all'} />
              </Button>
            )}
          </h3>
          <ul className={css.passedList} aria-label={t('handover.passed')}>
            {passed.map((rule) => (
              <li key={rule.code}>
                <State tone="tested" />
                <PassedRule code={rule.code} params={rule.params} />
              </li>
            ))}
          </ul>
        </div>
      </section>
      <section className={layout.pane} aria-label={t('handover.leaving')}>
        <div className={`${layout.scroll} ${css.right}`}>
          <OwnerCard site={site} />
          <div className={`${layout.head} ${layout.headTop}`}>
            <h2>
              <Text id="handover.sends" />
            </h2>
          </div>
          <SendList site={site} />
        </div>
        <FinishPart site={site} blockers={blockers.length} />
      </section>
    </div>
  );
}

function keyOf(finding: Finding): string {
  return `${finding.code} ${finding.deviceId ?? ''} ${finding.step}`;
}

function FindingRow({ site, finding, yourTurn }: { site: Site; finding: Finding; yourTurn: boolean }) {
  const t = useText();
  const text = useProblemText()(finding);
  const toStep = `handover.go.${finding.step}` as const;
  const own = `handover.cure.${finding.code}`;
  const label = isTextId(own) ? t(own) : t(toStep);
  const elsewhere = finding.step !== 'handover';
  return (
    <li className={css.finding}>
      <State tone={finding.severity === 'blocker' ? 'blocker' : 'attention'} size={24} />
      <div>
        <b>{text.title}</b>
        <p className="quiet">
          {text.why} {text.next} <ErrorCodeText code={finding.code} />
        </p>
      </div>
      {elsewhere && (
        <Button
          big
          kind={yourTurn ? 'key' : 'neutral'}
          {...(yourTurn ? { iconAfter: 'arrow' as const } : {})}
          className={css.cure}
          label={t('handover.cure_of', { cure: label, finding: text.title })}
          onPress={() => go(placeOf(site, finding))}
        >
          {label}
        </Button>
      )}
    </li>
  );
}

function isTextId(id: string): id is TextId & `handover.cure.${string}` {
  return Object.hasOwn(texts, id);
}

/** Where a finding is cured, with the door or hub in hand where it speaks of one. */
function placeOf(site: Site, finding: Finding): string {
  const named = finding.deviceId !== undefined && finding.step !== 'customer' && finding.step !== 'handover';
  return named ? sitePath(site.id, finding.step, finding.deviceId) : sitePath(site.id, finding.step);
}

function OwnerCard({ site }: { site: Site }) {
  const t = useText();
  const intl = useIntl();
  const { owner, invitation } = site;
  const language = intl.formatDisplayName(owner.language, { type: 'language' }) ?? owner.language;
  return (
    <>
      <div className={layout.head}>
        <h2>
          <Text id="customer.owner" />
        </h2>
        <span className="grow" />
        {site.finishedAt === null && (
          <Button
            icon="edit"
            label={t('handover.edit_owner')}
            onPress={() => go(sitePath(site.id, 'customer'))}
          >
            <Text id="handover.edit" />
          </Button>
        )}
      </div>
      <div className={css.owner}>
        <p className={layout.two}>
          <b>{owner.fullName === '' ? <Text id="sites.no_owner" /> : owner.fullName}</b>
          <span>{owner.email === '' ? <Text id="invitation.no_email" /> : owner.email}</span>
          <small>
            {language} · <Text id={`handover.owner.${invitation?.state ?? 'not_sent'}`} />
          </small>
        </p>
        {emailsDiffer(owner) && (
          <div className={css.ownerNote}>
            <Note tone="blocker">
              <Text id="handover.typed_again" values={{ email: <b>{owner.emailRepeated}</b> }} />
            </Note>
          </div>
        )}
      </div>
    </>
  );
}
