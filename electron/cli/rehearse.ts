import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rehearse } from '../host/rehearsal/index.ts';
import { type CommandOptions, portsOf, readRegister } from './open.ts';
import { exitCodes, messageOf, print } from './output.ts';
import { createProgressBar } from './progress-bar.ts';

/** `doorstep rehearse FILE`: plays a register through in a data folder of its own, without a person. */
export async function rehearseCommand(
  file: string,
  options: CommandOptions & { keep?: string },
): Promise<number> {
  const { fileName, bytes } = readRegister(file);
  const folder =
    options.keep === undefined ? mkdtempSync(join(tmpdir(), 'doorstep-rehearsal-')) : resolve(options.keep);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const bar = createProgressBar(process.stderr, options.json !== true);
  try {
    const ports = { ...portsOf({ ...options, data: folder }), practice: true };
    const result = await rehearse({ fileName, register: bytes, ports, onProgress: bar.show });
    bar.end();
    const problems = result.problems.map((problem) => ({ ...problem, message: messageOf(problem) }));
    const { sites, released, invitations, doors, attached, tested, unsent } = result;
    print(options.json, { ...result, problems }, [
      ...problems.map(({ row, site, message, code }) => {
        const place = [row === undefined ? '' : `row ${row}`, site ?? ''].filter(Boolean).join(', ');
        return `${place || fileName}: ${message} (${code})`;
      }),
      `${released} of ${sites} sites released, ${invitations} invitations, ${tested} of ${doors} doors tested, ${attached} attached, ${unsent} unsent.`,
    ]);
    return released === sites && problems.length === 0 ? exitCodes.done : exitCodes.failed;
  } finally {
    bar.end();
    if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}
