import type { Finding } from '../../../../electron/contract/model.ts';
import { ProblemNote } from '../../../parts/problem.tsx';
import css from './customer.module.css';

/** What the rules say of this step, above its work. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <div className={css.findings}>
      {findings.map((finding) => (
        <ProblemNote
          key={`${finding.code} ${finding.deviceId ?? ''}`}
          problem={finding}
          alert={false}
          tone={finding.severity === 'blocker' ? 'blocker' : 'attention'}
        />
      ))}
    </div>
  );
}
