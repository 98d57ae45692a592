import type { Finding, Site } from '../../../../electron/contract/model.ts';
import texts from '../../../i18n/en.json';
import { Text, type TextId, useText } from '../../../i18n/text.tsx';
import { ErrorCodeText } from '../../../parts/code.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { useProblemText } from '../../../parts/problem.tsx';
import { State } from '../../../parts/state.tsx';
import css from './rules-dialog.module.css';

/** What the rules say of the tree as it stands. */
export function RulesDialog({
  site,
  findings,
  onClose,
}: {
  site: Site;
  findings: readonly Finding[];
  onClose: () => void;
}) {
  const t = useText();
  const problemText = useProblemText();
  return (
    <Dialog
      wide
      title={t('rules.title')}
      lead={<Text id="rules.lead" values={{ site: site.name }} />}
      onClose={onClose}
    >
      <ul className={css.rules}>
        {findings.map((finding) => {
          const text = problemText(finding);
          return (
            <li key={`${finding.code} ${finding.deviceId ?? ''}`}>
              <State tone={finding.severity === 'blocker' ? 'blocker' : 'attention'} />
              <div>
                <b>{text.title}</b>
                <p className="quiet">
                  {text.why} {text.next} <ErrorCodeText code={finding.code} />
                </p>
              </div>
            </li>
          );
        })}
        {site.passedRules.map((rule) => (
          <li key={rule.code}>
            <State tone="tested" />
            <PassedRule code={rule.code} params={rule.params} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** A rule that was looked at and holds, in a few words. */
export function PassedRule({ code, params }: Site['passedRules'][number]) {
  const t = useText();
  const id = `rule.passed.${code}`;
  return <span>{isRuleText(id) ? t(id, params) : code}</span>;
}

function isRuleText(id: string): id is TextId & `rule.passed.${string}` {
  return Object.hasOwn(texts, id);
}
