import { writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { CodedError, type RegisterForm, registerForms } from '../contract/index.ts';
import { type CommandOptions, withCore } from './open.ts';
import { exitCodes, print } from './output.ts';

/** What `doorstep export` may be told beside the file. */
export interface ExportOptions extends CommandOptions {
  /** Names of sites; all sites without. */
  readonly site?: readonly string[];
  readonly force?: boolean;
  /** A blank register to fill in, instead of what is there. */
  readonly template?: boolean;
}

/** `doorstep export FILE`: writes the register of the sites, in the form that the file's ending names. */
export function exportCommand(file: string, options: ExportOptions): Promise<number> {
  return withCore(options, 'read', async ({ register, store }) => {
    const form = formOf(file);
    const ids = options.site?.map((name) => {
      const site = store.sites.findByName(name);
      if (site === undefined) throw new CodedError('site.not_found', { site: name });
      return site.id;
    });
    const { bytes } = options.template
      ? await register.template(form)
      : await register.export(ids ?? null, form);
    const sites = options.template ? 0 : (ids?.length ?? store.sites.all().length);
    write(file, bytes, options.force === true);
    print(options.json, { file, form, sites, bytes: bytes.length }, [
      options.template ? `A blank register is in ${file}.` : `${sites} sites written to ${file}.`,
    ]);
    return exitCodes.done;
  });
}

function formOf(file: string): RegisterForm {
  const ending = extname(file).slice(1).toLowerCase();
  const form = registerForms.find((known) => known === ending);
  if (form === undefined) throw new CodedError('register.form_unknown', { fileName: basename(file) });
  return form;
}

function write(file: string, bytes: Uint8Array, force: boolean): void {
  try {
    writeFileSync(file, bytes, { flag: force ? 'w' : 'wx', mode: 0o600 });
  } catch (caught) {
    throw new CodedError('register.file_unwritable', { fileName: basename(file) }, { cause: caught });
  }
}
