import type { ErrorCode, Finding } from '../../contract/index.ts';
import { deviceRules } from './device-rules.ts';
import type { Rule, RuleContext, SitePlan } from './plan.ts';
import { siteRules } from './site-rules.ts';
import { treeRules } from './tree-rules.ts';

export { codeKey, keysOf } from './device-rules.ts';
export {
  isEmail,
  isLockId,
  modelsOfKind,
  nameKey,
  normalizeMac,
  radioOfLock,
  sameEmail,
  tidyCode,
} from './forms.ts';
export { type ModelClaim, modelOf, saidOf } from './models.ts';
export {
  defaultLimits,
  type IqLimits,
  type PlannedDevice,
  type RuleContext,
  type SitePlan,
} from './plan.ts';
export { hangsOnHub, isAttached, isPaired, isReady, isUntouched, plannedState } from './states.ts';

/** Every rule there is, in the order in which a person would work through them. */
export const rules: readonly Rule[] = [...siteRules, ...treeRules, ...deviceRules];

/** Codes of the rules that hold from the first keystroke. */
export const planCodes: ReadonlySet<ErrorCode> = new Set(
  rules.filter((rule) => rule.phase === 'plan').flatMap((rule) => rule.codes),
);

/** What the rules say of a site: what they found, and which codes were looked at and hold. */
export interface Verdict {
  readonly findings: readonly Finding[];
  readonly passed: readonly ErrorCode[];
}

/**
 * Looks at a site with all rules of a phase. `plan` rules hold from the first keystroke; `release` looks at
 * everything. Pure: the same plan and context give the same verdict.
 */
export function checkSite(plan: SitePlan, context: RuleContext, phase: 'plan' | 'release'): Verdict {
  const asked = rules.filter((rule) => phase === 'release' || rule.phase === 'plan');
  const findings = asked.flatMap((rule) => rule.check(plan, context));
  const broken = new Set(findings.map((found) => found.code));
  return { findings, passed: asked.flatMap((rule) => rule.codes).filter((code) => !broken.has(code)) };
}
