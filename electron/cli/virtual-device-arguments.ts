import type { DevicePlan, KindName, Model, Radio } from '../../native/virtual/index.ts';

/** One device that the command line asks for. */
export interface AskedDevice {
  readonly plan: DevicePlan;
  /** Where its serial port appears; a device without one is reached over the radio alone. */
  readonly terminalPath: string | undefined;
  /** Also on the air of this computer's Bluetooth adapter; `adapter` is its number on Linux. */
  readonly bluetooth: { readonly adapter: string | undefined } | undefined;
  readonly flashPath: string | undefined;
  /** Whether somebody stands there who presents a tag and moves the handle when a check waits for it. */
  readonly helpfulHand: boolean;
}

/** What the command line asks for. */
export interface Asked {
  readonly devices: readonly AskedDevice[];
  readonly untilStdinEnds: boolean;
}

/** A command line that cannot be obeyed; the message is for whoever typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const KINDS: readonly KindName[] = ['iq', 'repeater', 'lock'];
const RADIOS: readonly Radio[] = ['blue_net', 'rf_net'];
const MODELS: readonly Model[] = [
  'IQ2',
  'IQ3',
  'IQ3 Mini',
  'repeater',
  'cylinder',
  'escutcheon',
  'wall_reader',
];

export const USAGE = `Usage: virtual-device KIND [OPTIONS] [KIND [OPTIONS] …]
KIND is iq, repeater or lock. All devices of one call share one radio field.
  --pty PATH       make a serial port at PATH (without it: reached over the hub's radio alone)
  --ble            on the air, through this computer's Bluetooth adapter; one device a call
  --hci N          that adapter's number, where there are several (Linux)
  --code CODE      activation code
  --serial TEXT    serial number
  --mac MAC        HH.HH.HH, or the 14 characters of a BLUEnet lock id
  --model MODEL    ${MODELS.join(', ')}
  --radio RADIO    blue_net or rf_net, of a repeater or lock
  --pin            a lock with a keypad
  --mobile         an IQ2 with a modem in place of Wi-Fi
  --flash FILE     keep its memory in FILE; give the same code and serial again
  --helpful-hand   somebody presents tag and handle when a check waits for them
  --until-stdin-ends   exit when standard input ends
One JSON line per device goes to standard output. Controls are JSON lines on standard input.`;

/** Reads a command line. @throws UsageError */
export function parseArguments(words: readonly string[]): Asked {
  const rest = [...words];
  const devices: AskedDevice[] = [];
  let untilStdinEnds = false;
  while (rest.length > 0) {
    const word = rest.shift();
    if (word === '--until-stdin-ends') untilStdinEnds = true;
    else devices.push(takeDevice(oneOf('device', KINDS, word), rest, devices.length));
  }
  if (devices.filter(({ bluetooth }) => bluetooth !== undefined).length > 1) {
    throw new UsageError('only one device a call can be on the air: start the others beside it');
  }
  if (devices.length === 0) throw new UsageError('no device was named');
  return { devices, untilStdinEnds };
}

/** Takes the options behind a kind, up to the next kind. */
function takeDevice(kind: KindName, rest: string[], index: number): AskedDevice {
  const options: Record<string, string> = {};
  const flags = new Set<string>();
  while (rest[0]?.startsWith('--') && rest[0] !== '--until-stdin-ends') {
    const option = rest.shift() as string;
    if (['--pin', '--mobile', '--helpful-hand', '--ble'].includes(option)) {
      flags.add(option);
    } else if (
      ['--pty', '--code', '--serial', '--mac', '--model', '--radio', '--flash', '--hci'].includes(option)
    ) {
      const value = rest.shift();
      if (value === undefined) throw new UsageError(`${option} needs a value`);
      options[option] = value;
    } else {
      throw new UsageError(`${option} is unknown`);
    }
  }
  const adapter = options['--hci'];
  if (adapter !== undefined && !/^[0-9]{1,3}$/.test(adapter)) throw new UsageError('--hci needs a number');
  const radio = options['--radio'] === undefined ? undefined : oneOf('radio', RADIOS, options['--radio']);
  const model = options['--model'] === undefined ? undefined : oneOf('model', MODELS, options['--model']);
  return {
    plan: {
      kind,
      mac: options['--mac'] ?? defaultMac(kind, radio, index),
      ...(model && { model }),
      ...(radio && { radio }),
      ...(options['--serial'] !== undefined && { serial: options['--serial'] }),
      ...(options['--code'] !== undefined && { activationCode: options['--code'] }),
      ...(flags.has('--pin') && { pin: true }),
      ...(flags.has('--mobile') && { mobile: true }),
    },
    terminalPath: options['--pty'],
    bluetooth: flags.has('--ble') ? { adapter } : undefined,
    flashPath: options['--flash'],
    helpfulHand: flags.has('--helpful-hand'),
  };
}

/** Different for every device of one call, the same in every call. */
function defaultMac(kind: KindName, radio: Radio | undefined, index: number): string {
  const last = (index + 1).toString(16).toUpperCase().padStart(2, '0');
  if (kind === 'lock' && radio !== 'rf_net') return `0A1B2C3D4E5F${last}`;
  return { iq: `0A.1B.${last}`, repeater: `0A.2B.${last}`, lock: `0A.3B.${last}` }[kind];
}

function oneOf<Word extends string>(what: string, words: readonly Word[], value: string | undefined): Word {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new UsageError(`${value} is no ${what}: choose ${words.join(', ')}`);
  return word;
}
