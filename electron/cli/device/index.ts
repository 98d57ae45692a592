import { type Command, InvalidArgumentError, Option } from 'commander';
import { devicesCommand, LOOK_SECONDS } from '../devices.ts';
import * as runs from './run.ts';
import type { DeviceOptions } from './talk.ts';
import { uploadCommand } from './upload.ts';

/** Longest look, in seconds: more than anybody waits for. */
const LOOK_SECONDS_MAX = 600;

const EXAMPLES = `
Any server of SMP (MCUmgr), version 1 or 2, is understood: a hub or lock as well as a Zephyr or Mynewt board.
What a device keeps for those who know its activation code is asked again with it: the code is asked on the
terminal without being shown, or read from --code-file. It is never an argument, for those stay in the history.

Examples:
  doorstep devices                                      what USB and Bluetooth see
  doorstep device --port /dev/ttyACM0 echo hello        is anybody there?
  doorstep device --port COM4 images                    which firmware stands in which slot
  doorstep device --port COM4 upload app.bin --test     send firmware, to be tried at the next restart
  doorstep device --ble 04.A2.FF pair                   prove an activation code, changing nothing
  doorstep device --port /dev/ttyACM0 --code-file code.txt health
  gpg -d code.gpg | doorstep device --port /dev/ttyACM0 --code-file - log --json`;

/** Adds `devices` and `device`: one device on the cable or the air, without any database. */
export function addDeviceCommands(
  program: Command,
  run: (command: () => Promise<number>) => Promise<void>,
): void {
  const json = () => program.opts<{ json?: boolean }>();
  program
    .command('devices')
    .option('--seconds <n>', 'how long to look', wholeNumber(1, LOOK_SECONDS_MAX), LOOK_SECONDS)
    .description('List what USB and Bluetooth see. Speaks to known USB ids alone; changes nothing.')
    .action((own: { seconds: number }) => run(() => devicesCommand({ ...json(), ...own })));

  const device = program
    .command('device')
    .description('Speak with one device on a cable or over Bluetooth.')
    .addOption(new Option('--port <path>', 'the serial port, as /dev/ttyACM0 or COM4').conflicts('ble'))
    .addOption(new Option('--ble <id>', 'over Bluetooth: a MAC, a lock id, or a place that "devices" lists'))
    .option('--code-file <file>', 'a file with the activation code; - is standard input')
    .addHelpText('after', EXAMPLES);
  const options = (): DeviceOptions => {
    const own = device.opts<DeviceOptions>();
    if (own.port === undefined && own.ble === undefined) device.error('error: name --port PATH or --ble ID');
    return { ...json(), ...own };
  };
  /** Wrong use is told before anything runs. */
  const act = (command: (options: DeviceOptions) => Promise<number>): Promise<void> => {
    const told = options();
    return run(() => command(told));
  };

  device
    .command('echo')
    .argument('<text>', 'any text; too much for its buffer is refused before it is sent')
    .description('Send a text and print what comes back.')
    .action((text: string) => act((told) => runs.echoCommand(text, told)));
  device
    .command('params')
    .description('Show how large a packet may be, and how many may wait.')
    .action(() => act(runs.paramsCommand));
  device
    .command('info')
    .option('--format <letters>', 'MCUmgr’s format letters, such as "sv"; all by default')
    .description('Show what the device says of its software.')
    .action((own: { format?: string }) => act((told) => runs.infoCommand({ ...told, ...own })));
  device
    .command('images')
    .option('--confirm', 'keep the firmware that runs now, which was only being tried')
    .description('List the firmware in each slot.')
    .action((own: { confirm?: boolean }) => act((told) => runs.imagesCommand({ ...told, ...own })));
  device
    .command('upload')
    .argument('<file>', 'a firmware image; one that is not in MCUboot’s form is sent as it is')
    .option('--test', 'have it tried at the next restart')
    .description('Send firmware to the slot that does not run. After an interruption the same call goes on.')
    .action((file: string, own: { test?: boolean }) =>
      act((told) => uploadCommand(file, { ...told, ...own })),
    );
  device
    .command('reset')
    .description('Restart the device. What is armed and not committed goes back.')
    .action(() => act(runs.resetCommand));
  device
    .command('identity')
    .description('Show what a hub, repeater or lock says it is. A claim: "pair" proves it.')
    .action(() => act(runs.identityCommand));
  device
    .command('pair')
    .description(
      'Prove the activation code and show what the device is. Costs one of five tries where the code is wrong.',
    )
    .action(() => act(runs.pairCommand));
  device
    .command('health')
    .description('Show how a hub, repeater or lock is: battery, signal, lamp, door.')
    .action(() => act(runs.healthCommand));
  device
    .command('log')
    .option('--after <number>', 'only entries after this one', wholeNumber(0, 0xffffffff), 0)
    .description('Print the device’s own log, oldest first.')
    .action((own: { after: number }) => act((told) => runs.logCommand({ ...told, ...own })));
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    return value;
  };
}
