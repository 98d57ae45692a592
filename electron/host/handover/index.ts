export { correctEmail, finishSite, type HandoverDeps, retrySite } from './finish.ts';
export { outboxOf } from './outbox-view.ts';
export { emailPayloadSchema, finishPayloadSchema } from './payloads.ts';
export { planHandover, treeBelow } from './plan.ts';
export { attentionFromIntents, isCorrection, stateFromIntents } from './progress.ts';
export { stagesOf } from './stages.ts';
