/** What an IQ, a repeater and a lock can do: as single commands and as resumable workflows. */
export type { Command } from './command.ts';
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
export { Device, type DeviceOptions } from './device.ts';
export { type Journal, MemoryJournal, type StepName } from './journal.ts';
export { type CallOptions, SmpServer } from './smp-server.ts';
export { type Uploaded, type UploadOptions, uploadImage } from './upload-image.ts';
export type {
  Hand,
  Progress,
  Step,
  StepTools,
  WorkflowOptions,
} from './workflow.ts';
export { type AttachOptions, attachChildren } from './workflows/attach.ts';
export type { AttachedChild, ChildPlan, ChildWay, HeldBy } from './workflows/child.ts';
export {
  brokenLink,
  type ConfigureNetworkOptions,
  configureNetwork,
  type ReachLink,
} from './workflows/configure-network.ts';
export {
  type ChildToDetach,
  type DetachedChild,
  type DetachOptions,
  detachChildren,
} from './workflows/detach.ts';
export { type PairHubOptions, pairHub } from './workflows/pair-hub.ts';
export { type ResetOptions, resetDevice } from './workflows/reset.ts';
export { setTime, type TrustedTime } from './workflows/set-clock.ts';
export {
  DOOR_CHECKS,
  type DoorAnswer,
  type DoorCheck,
  type DoorCheckResult,
  type TestDoorOptions,
  testDoor,
} from './workflows/test-door.ts';
export {
  type UpdatedFirmware,
  type UpdateFirmwareOptions,
  updateFirmware,
} from './workflows/update-firmware.ts';
