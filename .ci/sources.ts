import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The project's files as git sees them (those it ignores are not ours), relative to the root, with `/`.
 *
 * @param patterns git's pathspecs, for instance `electron/**\/*.ts`
 */
export function sourceFiles(root: string, ...patterns: string[]): string[] {
  const list = execFileSync(
    'git',
    [
      'ls-files',
      '-z',
      '--cached',
      '--others',
      '--exclude-standard',
      '--',
      ...patterns.map((one) => `:(glob)${one}`),
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return list.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
}
