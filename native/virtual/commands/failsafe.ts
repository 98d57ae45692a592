import { CommissioningCommand, Group } from '../../smp/index.ts';
import { groupRefusal, smpRefusal } from '../refusal.ts';
import type { Command } from './command.ts';

/** The device erases and restarts this long after the commit of a staged `factory` (A54: within 5 s). */
const ERASE_AFTER_MS = 500;

/** All or nothing (A35, A36), and the way back to factory state (A54). */
export const failsafeCommands: readonly Command[] = [
  {
    name: 'failsafe',
    group: Group.commissioning,
    command: CommissioningCommand.failsafe,
    read: ({ failsafe, flash }) => ({ left: failsafe.leftSeconds, end: flash.unkept.failsafeEnd }),
    write: ({ failsafe, flash, timers, eraseAndRestart }, body, context) => {
      const named = ['arm', 'commit', 'disarm'].filter((key) => body.has(key));
      if (named.length !== 1) throw smpRefusal('invalid');
      if (named[0] === 'arm') {
        failsafe.arm(body.integer('arm', [10, 180]));
      } else if (named[0] === 'commit') {
        if (!body.boolean('commit')) throw smpRefusal('invalid');
        failsafe.commit();
        if (flash.kept.factoryStaged) {
          context.afterAnswer(() => timers.after(ERASE_AFTER_MS, eraseAndRestart));
        }
      } else {
        if (!body.boolean('disarm')) throw smpRefusal('invalid');
        failsafe.disarm();
      }
      return { left: failsafe.leftSeconds };
    },
  },
  {
    name: 'factory',
    group: Group.commissioning,
    command: CommissioningCommand.factory,
    write: ({ failsafe, flash, physicallyReset, eraseAndRestart }, body, context) => {
      if (!body.boolean('sure')) throw smpRefusal('invalid');
      if (failsafe.armed) {
        flash.change((kept) => {
          kept.factoryStaged = true;
        });
      } else if (physicallyReset()) {
        context.afterAnswer(eraseAndRestart);
      } else {
        throw groupRefusal('failsafeNeeded');
      }
      return {};
    },
  },
];
