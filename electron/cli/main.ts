import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { defaultDataFolder } from '../frame/data-folder.ts';
import { backupCommand, restoreCommand } from './backup.ts';
import { addDeviceCommands } from './device/index.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import type { CommandOptions } from './open.ts';
import { exitCodes, reportFailure } from './output.ts';
import { rehearseCommand } from './rehearse.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';

/** The command line: the bulk work of the app on the same database. */
const program = new Command('doorstep')
  .description(
    'Commission sites offline and hand them over: the bulk work from the command line, and one device at a time.',
  )
  .version(packageJson.version)
  .option('--data <folder>', 'the folder that holds the data', defaultDataFolder())
  .option('--practice', 'use practice mode’s own data and cloud')
  .addOption(new Option('--cloud <url>', 'base address of the cloud').env('DOORSTEP_CLOUD_URL'))
  .addOption(new Option('--issuer <url>', 'OpenID issuer of the cloud').env('DOORSTEP_CLOUD_ISSUER'))
  .option('--json', 'print one JSON object instead of text')
  .addHelpText(
    'after',
    `
Exit codes: 0 done · 1 failed, the code says why · 2 wrong use of the command line · 3 something needs a person
(a wrong activation code, an address that bounced) · 130 interrupted.

Examples:
  doorstep rehearse tomorrow.csv     play tomorrow’s job through against virtual hardware
  doorstep import tomorrow.csv       plan the sites of a register
  doorstep export all.xlsx           write all sites as a register, to change and import again
  doorstep status                    what is planned, what waits, what needs a person
  doorstep sync                      send what waits
  doorstep backup saved.sqlite       keep a copy of the data, the app may be open
  doorstep devices                   what USB and Bluetooth see
  doorstep device --help             one device on a cable or over Bluetooth, yours or a stranger’s`,
  )
  .exitOverride()
  .configureOutput({ writeErr: (text) => process.stderr.write(text) });

const options = (): CommandOptions => program.opts<CommandOptions>();

program
  .command('import')
  .argument('<file>', 'a register: CSV (UTF-8 or UTF-16) or XLSX')
  .option('--preview', 'tell all faults and differences, and write nothing')
  .option(
    '--column <ours=theirs...>',
    'which column of the file is which of ours, as site=Building; remembered for files with the same head',
  )
  .description('Plan the sites of a register. Nothing is written unless the whole file is right.')
  .action((file: string, own: { preview?: boolean; column?: string[] }) =>
    run(() => importCommand(file, { ...options(), ...own })),
  );

program
  .command('export')
  .argument('<file>', 'the register to write: its ending, .csv or .xlsx, says in which form')
  .option('--site <name...>', 'only these sites')
  .option('--template', 'a blank register to fill in')
  .option('--force', 'write over a file that is there')
  .description(
    'Write sites and devices as a register that can be imported again. Activation codes stay blank: they are ' +
      'secret, and a blank cell keeps what is stored. Works beside the running app.',
  )
  .action((file: string, own: { site?: string[]; template?: boolean; force?: boolean }) =>
    run(() => exportCommand(file, { ...options(), ...own })),
  );

program
  .command('status')
  .description(
    'Show every site, what waits to be sent and what needs a person. Works beside the running app.',
  )
  .action(() => run(() => statusCommand(options())));

program
  .command('sync')
  .description('Send what waits, and end when nothing more can be sent.')
  .action(() => run(() => syncCommand(options())));

program
  .command('backup')
  .argument('<file>', 'the new file')
  .description('Copy the data to a file. Works beside the running app.')
  .action((file: string) => run(() => backupCommand(file, options())));

program
  .command('restore')
  .argument('<file>', 'a backup')
  .description('Put a backup in place of the data. These are kept beside it; what the backup lacks is named.')
  .action((file: string) => run(() => restoreCommand(file, options())));

program
  .command('rehearse')
  .argument('<file>', 'a register: CSV or XLSX')
  .option('--keep <folder>', 'keep the rehearsal’s data in this folder, for a look with --data afterwards')
  .description(
    'Play a register through, from import to release, against virtual hubs, locks and a practice cloud.',
  )
  .action((file: string, own: { keep?: string }) =>
    run(() => rehearseCommand(file, { ...options(), ...own })),
  );

addDeviceCommands(program, run);

async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (caught) {
    process.exitCode = reportFailure(caught, options().json === true);
  }
}

try {
  await program.parseAsync(process.argv);
} catch (caught) {
  if (!(caught instanceof CommanderError)) throw caught;
  process.exitCode = caught.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}
