import { resolve } from 'node:path';
import { backUp, restore } from '../../db/open.ts';
import { folderOf } from '../host/core.ts';
import type { CommandOptions } from './open.ts';
import { exitCodes, print } from './output.ts';

const dataDirOf = ({ data, practice }: CommandOptions) =>
  folderOf(resolve(data), practice === true ? 'practice' : 'cloud');

/** `doorstep backup FILE`: copies the data to a new file; works beside the running app. */
export async function backupCommand(file: string, options: CommandOptions): Promise<number> {
  const path = resolve(file);
  await backUp(dataDirOf(options), path);
  print(options.json, { path }, [
    `Saved ${path}. Activation codes and passwords in it stay sealed: it opens with the key of these data.`,
  ]);
  return exitCodes.done;
}

/** `doorstep restore FILE`: puts a backup in place of the data, keeps these, and names what the backup lacks. */
export async function restoreCommand(file: string, options: CommandOptions): Promise<number> {
  const path = resolve(file);
  const { setAside, losses } = restore(dataDirOf(options), path, Date.now());
  const lines = [
    `${path} is in place.`,
    ...losses.sites.map(({ name, lost }) => `${lost === 'all' ? 'Missing' : 'Older'}: ${name}`),
    ...(losses.more > 0 ? [`and ${losses.more} more sites`] : []),
    ...(losses.complete ? [] : ['The data before could not be read to their end; more may be missing.']),
    ...(setAside === null ? [] : [`The data before are kept in ${setAside}.`]),
    ...(losses.sites.length === 0
      ? []
      : ['Before you do one of these sites again, look in the cloud and at its devices.']),
  ];
  print(options.json, { path, setAside, ...losses }, lines);
  return exitCodes.done;
}
