export { correctEmail, finishSite, type HandoverDeps, retrySite } from './finish.ts';
export { emailPayloadSchema, finishPayloadSchema } from './payloads.ts';
export { planHandover, treeBelow } from './plan.ts';
export { attentionFromIntents, isCorrection, stateFromIntents } from './progress.ts';
export { outboxOf, stagesOf } from './stages.ts';
