import { attachingCommands } from './attaching.ts';
import type { Command } from './command.ts';
import { failsafeCommands } from './failsafe.ts';
import { osCommands } from './general.ts';
import { imageCommands } from './image.ts';
import { lockCommands } from './lock.ts';
import { networkCommand } from './network.ts';
import { pairingCommands } from './pairing.ts';
import { presenceCommands } from './presence.ts';
import { reachabilityCommands } from './reachability.ts';
import { treeCommand } from './tree.ts';

export type { Command, Handler } from './command.ts';
export { linkInUse } from './reachability.ts';

/** Every command that some kind of device has; `sealed` is the dispatcher's own. */
export const commands: readonly Command[] = [
  ...osCommands,
  ...imageCommands,
  ...pairingCommands,
  ...failsafeCommands,
  networkCommand,
  ...reachabilityCommands,
  ...presenceCommands,
  treeCommand,
  ...attachingCommands,
  ...lockCommands,
];
