import { CodedError, type RegisterColumn, type RegisterPreview, registerColumns } from '../contract/index.ts';
import type { Register } from '../host/register/index.ts';
import { type CommandOptions, readRegister, withCore } from './open.ts';
import { exitCodes, messageOf, print } from './output.ts';

/** What `doorstep import` may be told beside the file. */
export interface ImportOptions extends CommandOptions {
  /** `column=name in the file`, where the head is not ours; remembered for files with the same head. */
  readonly column?: readonly string[];
  /** Tells what would be written, and writes nothing. */
  readonly preview?: boolean;
}

/** `doorstep import FILE`: plans the sites of a register, or tells every fault and writes nothing. */
export function importCommand(file: string, options: ImportOptions): Promise<number> {
  return withCore(options, 'write', async ({ register }) => {
    const { fileName, bytes } = readRegister(file);
    const preview = await previewOf(register, fileName, bytes, options.column ?? []);
    const problems = preview.problems.map((problem) => ({ ...problem, message: messageOf(problem) }));
    const blocked = problems.some((problem) => problem.severity === 'blocker');
    const asked = options.preview === true;
    const written = blocked || asked ? { sites: 0, devices: 0 } : register.accept(preview.previewId);
    const touched = preview.sites.filter(({ change }) => change !== 'unchanged').length;
    const lines = [
      ...problems.map(({ row, column, severity, message }) => {
        const place = [row === null ? '' : `row ${row}`, column ?? ''].filter(Boolean).join(', ');
        return `${severity === 'blocker' ? 'Fault' : 'Note'}, ${place || fileName}: ${message}`;
      }),
      ...(asked ? preview.sites.flatMap(siteLines) : []),
      blocked
        ? `Nothing was written. ${problems.length} faults and notes in ${fileName}.`
        : asked
          ? `${touched} of ${preview.sites.length} sites would be written.`
          : `${written.sites} of ${preview.sites.length} sites written, ${written.devices} devices.`,
    ];
    const shown = asked ? { preview: preview.sites } : {};
    print(options.json, { fileName, ...written, ...shown, problems }, lines);
    return blocked ? exitCodes.failed : exitCodes.done;
  });
}

async function previewOf(
  register: Register,
  fileName: string,
  bytes: Uint8Array,
  said: readonly string[],
): Promise<RegisterPreview> {
  if (said.length === 0) return register.preview(fileName, bytes);
  const read = await register.read(fileName, bytes);
  const { previewId, head, places } = read.step === 'columns' ? read : await register.columns(read.previewId);
  const names = head.map(({ name }) => name.toLowerCase());
  const own = said.map((text) => {
    const [column = '', name = ''] = text.split(/=(.*)/s).map((part) => part.trim());
    const place = names.indexOf(name.toLowerCase());
    const unknown = registerColumns.every((known) => known !== column) ? column : name;
    if (unknown !== name || place < 0) throw new CodedError('register.column_not_there', { column: unknown });
    return [column as RegisterColumn, place] as const;
  });
  const taken = new Set(own.map(([, place]) => place));
  const others = Object.entries(places).filter(([, place]) => !taken.has(place));
  return register.map(previewId, { ...Object.fromEntries(others), ...Object.fromEntries(own) });
}

function siteLines({
  name,
  change,
  differences,
  differenceCount,
  unnamed,
}: RegisterPreview['sites'][number]) {
  const more = differenceCount - differences.length;
  return [
    `${name}: ${change}`,
    ...differences.map(({ row, device, column, before, after }) => {
      const place = `  row ${row}, ${[device, column].filter(Boolean).join(', ')}:`;
      if (column === null) return `${place} new ${after}`;
      return before === null ? `${place} replaced` : `${place} “${before}” → “${after}”`;
    }),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(unnamed > 0 ? [`  ${unnamed} devices are not in the register and stay as they are`] : []),
  ];
}
