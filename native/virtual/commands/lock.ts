import { CommissioningCommand, Group } from '../../smp/index.ts';
import type { LockSettings } from '../flash.ts';
import type { Internals } from '../internals.ts';
import { groupRefusal, smpRefusal } from '../refusal.ts';
import type { RequestBody } from '../request-body.ts';
import type { Command } from './command.ts';

const CHECKS = ['led', 'buzzer', 'motor', 'handle', 'tag'] as const;
const MODES = ['standard', 'office'] as const;
const DAYS_OF_A_WEEK = 7;
const MINUTES = [0, 1439] as const;
/** How long a check takes that needs no hand. */
const CHECK_MS = 400;

/** What only a lock has: settings, and checks of its parts (A50, A51). */
export const lockCommands: readonly Command[] = [
  {
    name: 'settings',
    group: Group.commissioning,
    command: CommissioningCommand.settings,
    kinds: ['lock'],
    read: ({ flash }) => ({ ...flash.kept.settings }),
    write: ({ flash }, body) => {
      const change = readSettings(body);
      const removesEom = body.isNull('eom');
      flash.change((kept) => {
        Object.assign(kept.settings, change);
        if (removesEom) delete kept.settings.eom;
      });
      return {};
    },
  },
  {
    name: 'test',
    group: Group.commissioning,
    command: CommissioningCommand.test,
    kinds: ['lock'],
    write: (device, body) => {
      const what = body.word('what', CHECKS);
      const partIsThere =
        what === 'led' || what === 'buzzer' || device.description.capabilities.includes(what);
      if (!partIsThere) throw groupRefusal('value');
      return check(device, what);
    },
  },
];

/** All keys are read before any is written: a write is accepted whole or not at all (A40). */
function readSettings(body: RequestBody): Partial<LockSettings> {
  return {
    ...(body.has('open_s') && { open_s: body.integer('open_s', [1, 240]) }),
    ...(body.has('audit_d') && { audit_d: body.integer('audit_d', [1, 255]) }),
    ...(body.has('mode') && { mode: body.word('mode', MODES) }),
    ...(body.has('eom') && !body.isNull('eom') && { eom: readOfficeHours(body.map('eom')) }),
  };
}

function readOfficeHours(body: RequestBody): NonNullable<LockSettings['eom']> {
  const days = body.list('days', [DAYS_OF_A_WEEK, DAYS_OF_A_WEEK]).map((day) => {
    if (typeof day !== 'boolean') throw smpRefusal('invalid');
    return day;
  });
  const [from, to] = [body.integer('from', MINUTES), body.integer('to', MINUTES)];
  if (from >= to) throw smpRefusal('invalid');
  return { days, from, to };
}

async function check({ hand, timers, faults }: Internals, what: (typeof CHECKS)[number]) {
  if (what === 'handle' || what === 'tag') {
    const done = await hand.waitFor(what);
    return { ok: done, detail: done ? 'ok' : 'timeout' };
  }
  await timers.wait(CHECK_MS);
  if (what === 'motor' && faults.has('jammed')) return { ok: false, detail: 'jammed' };
  if (what === 'motor' && faults.has('flat_battery')) return { ok: false, detail: 'battery_low' };
  return { ok: true, detail: 'ok' };
}
