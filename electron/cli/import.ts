import { type CommandOptions, readRegister, withCore } from './open.ts';
import { exitCodes, messageOf, print } from './output.ts';

/** `doorstep import FILE`: plans the sites of a register, or tells every fault and writes nothing. */
export function importCommand(file: string, options: CommandOptions): Promise<number> {
  return withCore(options, 'write', async ({ register }) => {
    const { fileName, bytes } = readRegister(file);
    const preview = register.preview(fileName, bytes);
    const problems = preview.problems.map((problem) => ({ ...problem, message: messageOf(problem) }));
    const blocked = problems.some((problem) => problem.severity === 'blocker');
    const written = blocked ? { sites: 0, devices: 0 } : register.accept(preview.previewId);
    const lines = [
      ...problems.map(({ row, column, severity, message }) => {
        const place = [row === null ? '' : `row ${row}`, column ?? ''].filter(Boolean).join(', ');
        return `${severity === 'blocker' ? 'Fault' : 'Note'}, ${place || fileName}: ${message}`;
      }),
      blocked
        ? `Nothing was written. ${problems.length} faults and notes in ${fileName}.`
        : `${written.sites} of ${preview.sites.length} sites written, ${written.devices} devices.`,
    ];
    print(options.json, { fileName, ...written, problems }, lines);
    return blocked ? exitCodes.failed : exitCodes.done;
  });
}
