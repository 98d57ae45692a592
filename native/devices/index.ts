/** What an IQ, a repeater and a lock can do: as single commands and as resumable workflows. */
export { ANSWER_WITHIN_MS, type Command, defineCommand } from './command.ts';
export type {
  Attachment,
  AttachState,
  DeviceClock,
  Ethernet,
  FailsafeState,
  Health,
  HeardNetwork,
  Identity,
  ImageSlot,
  LockCheck,
  LockCheckResult,
  LockSettings,
  LogEntry,
  Network,
  NetworkToWrite,
  Parameters,
  Reach,
  SettingsToWrite,
  Tree,
  TreeItem,
} from './commands/index.ts';
export { DeviceKind, DeviceState, PROTOCOL } from './commands/index.ts';
export { type CallOptions, Device, type DeviceOptions, KEEP_ALIVE_MS } from './device.ts';
export { ARM_SECONDS, Failsafe, REARM_BELOW_MS } from './failsafe.ts';
export { type Journal, MemoryJournal, type StepName } from './journal.ts';
export {
  type Hand,
  type Progress,
  runWorkflow,
  type Step,
  type StepTools,
  type WorkflowOptions,
} from './workflow.ts';
export { type AttachOptions, attachChildren } from './workflows/attach.ts';
export { CARD_LIMIT_MS } from './workflows/attach-by-card.ts';
export { JOIN_LIMIT_MS } from './workflows/attach-over-channel.ts';
export type { AttachedChild, ChildPlan, ChildWay } from './workflows/child.ts';
export {
  brokenLink,
  type ConfigureNetworkOptions,
  configureNetwork,
  type ReachLink,
} from './workflows/configure-network.ts';
export { type PairHubOptions, pairHub } from './workflows/pair-hub.ts';
export type { TrustedTime } from './workflows/set-clock.ts';
export {
  DOOR_CHECKS,
  type DoorAnswer,
  type DoorCheck,
  type DoorCheckResult,
  type TestDoorOptions,
  testDoor,
} from './workflows/test-door.ts';
