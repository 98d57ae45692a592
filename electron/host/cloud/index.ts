export { readBounded, withBody } from './bounded.ts';
export { type CloudOptions, createCloud, parseMe } from './client.ts';
export { CloudFailure, silence } from './failure.ts';
export type {
  CloudAnswer,
  CloudDevice,
  CloudInstallation,
  CloudInvitation,
  CloudPort,
  CloudTree,
  CloudWrite,
  FinishStatement,
  LockType,
  Me,
  TreeItem,
  WriteKind,
} from './port.ts';
export { clockOffset } from './time.ts';
