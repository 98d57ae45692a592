import { type CborInput, CommissioningCommand, Group } from '../../smp/index.ts';
import { groupRefusal } from '../refusal.ts';
import type { Command } from './command.ts';
import { fitting } from './reachability.ts';

const UINT32 = [0, 0xffff_ffff] as const;
const FULL_BATTERY_PERCENT = 87;
const FLAT_BATTERY_PERCENT = 3;
const INDOORS_CELSIUS = 21;
const MAX_LOG_ENTRIES = 32;
/** An IANA name; Intl alone would take offsets as well. */
const TIME_ZONE = /^[A-Za-z][A-Za-z0-9_+\-/]*$/;

/** That the device is there, when it thinks it is, how it is, and what happened to it (A44, A52, A53). */
export const presenceCommands: readonly Command[] = [
  {
    name: 'identify',
    group: Group.commissioning,
    command: CommissioningCommand.identify,
    write: ({ identify }, body) => {
      identify(body.integer('s', [0, 60]));
      return {};
    },
  },
  {
    name: 'clock',
    group: Group.commissioning,
    command: CommissioningCommand.clock,
    read: ({ utcSeconds, flash }) => ({ utc: utcSeconds(), tz: flash.kept.timeZone }),
    write: ({ flash, environment }, body) => {
      const utc = body.integer('utc', UINT32);
      const timeZone = body.text('tz', [1, 64]);
      if (!isTimeZone(timeZone)) throw groupRefusal('value');
      flash.changeUnkept((unkept) => {
        unkept.utcOffsetMs = utc * 1000 - environment.clock.now();
      });
      flash.change((kept) => {
        kept.timeZone = timeZone;
      });
      return {};
    },
  },
  {
    name: 'health',
    group: Group.commissioning,
    command: CommissioningCommand.health,
    read: (device): CborInput => {
      const { description, faults, pairing, member } = device;
      const onBattery = description.kind === 'lock';
      return {
        up: device.upSeconds(),
        led: device.led(),
        dropped: pairing.session?.dropped ?? 0,
        bat: onBattery
          ? faults.has('flat_battery')
            ? FLAT_BATTERY_PERCENT
            : FULL_BATTERY_PERCENT
          : undefined,
        rssi: member?.rssi,
        temp: onBattery ? INDOORS_CELSIUS : undefined,
        door: description.model === 'escutcheon' ? 'closed' : undefined,
      };
    },
  },
  {
    name: 'log',
    group: Group.commissioning,
    command: CommissioningCommand.log,
    read: ({ log }, body, context) => {
      const entries = log.after(body.integer('after', UINT32));
      return fitting(entries.slice(0, MAX_LOG_ENTRIES), context.maxDataBytes, (shown) => ({
        entries: shown,
        rest: shown.length < entries.length,
      }));
    },
  },
];

function isTimeZone(name: string): boolean {
  if (!TIME_ZONE.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
