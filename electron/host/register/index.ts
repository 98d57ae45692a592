import type { Store } from '../../../db/store.ts';
import type { SiteRecord } from '../../../db/types.ts';
import {
  CodedError,
  type RegisterForm,
  type RegisterPlaces,
  type RegisterPreview,
  type RegisterProblem,
  type RegisterQuestion,
} from '../../contract/index.ts';
import { checkSite, keysOf, planCodes, type RuleContext } from '../rules/index.ts';
import { type Column, neededColumns, registerLimits } from './columns.ts';
import { compareSite, readKnown, type SiteDifference } from './differences.ts';
import { exportRows } from './export-rows.ts';
import { checkPlaces, likelyPlaces, missingColumn, ownPlaces } from './head.ts';
import { createKnownHeads } from './known-heads.ts';
import { planRegister, type RegisterSite } from './plan-register.ts';
import { problemAt, readRows } from './read-rows.ts';
import { sampleOf } from './sample.ts';
import { readTable, type Table } from './table.ts';
import { toldDifferences } from './told-differences.ts';
import { writeTable } from './write-table.ts';

/** What the register part needs from outside. */
export interface RegisterDeps {
  readonly store: Store;
  readonly now: () => number;
  readonly newId: () => string;
  /** Limits, tenants and business types as the rules know them now. */
  readonly rules: () => Omit<RuleContext, 'elsewhere'>;
  /** Who accepts, for the audit log. */
  readonly person: () => string;
}

/** Bytes for the person's disk, and what to call them. */
export interface RegisterFile {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** Reads registers, shows what they would do, writes them when accepted, and gives them back. */
export interface Register {
  /**
   * Reads a register, CSV or XLSX. With a head that is ours or known: tells every fault of every row and every
   * difference, and writes nothing; with any other head: asks which column is which. Throws `register.*` for an
   * unreadable file.
   */
  read(fileName: string, bytes: Uint8Array): Promise<RegisterPreview | RegisterQuestion>;
  /** As {@link read}, where nobody can be asked. Throws `register.column_missing` for a foreign head. */
  preview(fileName: string, bytes: Uint8Array): Promise<RegisterPreview>;
  /** Asks once more which column is which. */
  columns(previewId: string): Promise<RegisterQuestion>;
  /** Says which column is which, and remembers it for later files with the same head. */
  map(previewId: string, places: RegisterPlaces): Promise<RegisterPreview>;
  /** Writes a previewed register in one transaction, judged again by what is stored now. */
  accept(previewId: string): { sites: number; devices: number };
  /** The row in which each site of a preview begins, by name. */
  rowsOf(previewId: string): ReadonlyMap<string, number>;
  /** A register to fill in. */
  template(form: RegisterForm): Promise<RegisterFile>;
  /** The register of these sites, or of all. Throws `site.not_found`, `register.export_too_large`. */
  export(siteIds: readonly string[] | null, form: RegisterForm): Promise<RegisterFile>;
}

/** Where a finding about a site stands in a register. */
const columnOfCode: Partial<Record<RegisterProblem['code'], Column>> = {
  OWNER_EMAIL_FORMAT: 'owner_email',
  OWNER_EMAIL_MISSING: 'owner_email',
  TIME_ZONE_COUNTRY: 'time_zone',
  TENANT_MISSING: 'tenant',
  NAME_DUPLICATE: 'device',
  IQ_LOCKS_MAX: 'parent',
  IQ_REPEATERS_MAX: 'parent',
  REPEATER_DEPTH: 'parent',
  REPEATER_BRANCHES: 'parent',
  LOCK_BESIDE_REPEATER: 'parent',
  RADIO_MISMATCH: 'radio',
  'site.country_unknown': 'country',
  'site.time_zone_unknown': 'time_zone',
  'site.business_type_unknown': 'business_type',
  'site.voucher_form': 'voucher',
};

/** What a site will need before its release; said at import already, but no reason to refuse a plan. */
const neededLater: ReadonlySet<string> = new Set([
  'OWNER_EMAIL_MISSING',
  'site.field_missing',
  'site.no_hub',
]);

interface Pending {
  readonly id: string;
  readonly fileName: string;
  readonly bytes: Uint8Array;
  /** What it would do; nothing yet while its columns are asked for. */
  readonly planned?: {
    readonly sites: readonly RegisterSite[];
    /** Faults of the file itself, which stay whatever is stored. */
    readonly problems: readonly RegisterProblem[];
  };
}

/** Makes the register part. One preview is kept at a time. */
export function createRegister(deps: RegisterDeps): Register {
  let pending: Pending | undefined;
  const { store } = deps;
  const known = createKnownHeads(store.settings);
  const taken = (previewId: string): Pending => {
    if (pending?.id !== previewId) throw new CodedError('register.preview_gone');
    return pending;
  };
  const planned = (previewId: string) => {
    const { planned: plan } = taken(previewId);
    if (plan === undefined) throw new CodedError('register.preview_gone');
    return plan;
  };

  const judged = (file: RegisterFile, table: Table, places: RegisterPlaces, mapped: boolean) => {
    const { rows, problems: cellProblems } = readRows(table, places);
    const { sites, problems: planProblems } = planRegister(rows);
    const compared = compareAll(sites, deps);
    const previewId = deps.newId();
    const problems = [...cellProblems, ...planProblems];
    pending = { id: previewId, fileName: file.fileName, bytes: file.bytes, planned: { sites, problems } };
    return {
      step: 'preview' as const,
      previewId,
      fileName: file.fileName,
      mapped,
      sites: summaries(compared.differences),
      problems: toldProblems([...problems, ...compared.problems]),
    };
  };

  const asked = (file: RegisterFile, { head, rows }: Table): RegisterQuestion => {
    const previewId = deps.newId();
    pending = { id: previewId, fileName: file.fileName, bytes: file.bytes };
    return {
      step: 'columns',
      previewId,
      fileName: file.fileName,
      head: head.map((name, place) => ({
        name: name.trim().slice(0, 100),
        sample: sampleOf(name, rows, place),
      })),
      places: known.find(head) ?? likelyPlaces(head),
      needed: [...neededColumns],
    };
  };

  /** What a head means without asking: by its own names, or as somebody said before. */
  const meaning = (head: readonly string[]) => {
    const own = ownPlaces(head);
    const missing = missingColumn(own);
    if (missing === undefined) return { places: own, mapped: false };
    const said = known.find(head);
    return said === undefined ? { missing } : { places: said, mapped: true };
  };

  return {
    async read(fileName, bytes) {
      const table = await readTable(bytes);
      const { places, mapped } = meaning(table.head);
      const file = { fileName, bytes };
      return places === undefined ? asked(file, table) : judged(file, table, places, mapped);
    },

    async preview(fileName, bytes) {
      const table = await readTable(bytes);
      const { places, mapped, missing } = meaning(table.head);
      if (places === undefined) throw new CodedError('register.column_missing', { column: missing, row: 1 });
      return judged({ fileName, bytes }, table, places, mapped);
    },

    async columns(previewId) {
      const file = taken(previewId);
      return asked(file, await readTable(file.bytes));
    },

    async map(previewId, places) {
      const file = taken(previewId);
      const table = await readTable(file.bytes);
      checkPlaces(places, table.head);
      known.remember(table.head, places);
      return judged(file, table, places, true);
    },

    accept(previewId) {
      const { sites, problems } = planned(previewId);
      return store.transaction(() => {
        const compared = compareAll(sites, deps);
        const blocker = inRowOrder([...problems, ...compared.problems]).find(isBlocker);
        if (blocker !== undefined)
          throw new CodedError(blocker.code, { ...blocker.params, row: blocker.row ?? 0 });
        const written = compared.differences.filter((difference) => write(difference, deps));
        pending = undefined;
        return {
          sites: written.length,
          devices: written.reduce((sum, { added, changes }) => sum + added.length + changes.length, 0),
        };
      });
    },

    rowsOf: (previewId) => new Map(planned(previewId).sites.map((site) => [site.name, site.row])),

    template: async (form) => ({
      fileName: `doorstep-register-template.${form}`,
      bytes: await writeTable([], form),
    }),

    async export(siteIds, form) {
      const sites = siteIds === null ? store.sites.all() : siteIds.map((id) => existing(store.sites.get(id)));
      const rows = sites.flatMap((site) => exportRows(site, store.devices.ofSite(site.id)));
      const day = new Date(deps.now()).toISOString().slice(0, 10);
      return { fileName: `doorstep-register-${day}.${form}`, bytes: await writeTable(rows, form) };
    },
  };
}

function existing(site: SiteRecord | undefined): SiteRecord {
  if (site === undefined) throw new CodedError('site.not_found');
  return site;
}

function compareAll(
  sites: readonly RegisterSite[],
  deps: RegisterDeps,
): { differences: SiteDifference[]; problems: RegisterProblem[] } {
  const known = readKnown(deps.store);
  const differences = sites.map((site) => compareSite(site, deps.store, deps.newId, known));
  const index = codeIndex(differences, deps.store);
  const context = deps.rules();
  const problems = differences.flatMap((difference) => [
    ...difference.problems,
    ...judge(difference, { ...context, elsewhere: (code) => index(difference, code) }),
  ]);
  return { differences, problems };
}

/** Runs the rules over what a site would become and puts each finding in its row. */
function judge(difference: SiteDifference, context: RuleContext): RegisterProblem[] {
  const plan = { site: difference.data, devices: difference.planned };
  const { findings } = checkSite(plan, context, 'release');
  const { source } = difference;
  const told = findings.filter(({ code }) => planCodes.has(code) || neededLater.has(code));
  return told.map((found) => {
    const severity = neededLater.has(found.code) ? 'warning' : found.severity;
    const column = (found.params.field ?? columnOfCode[found.code] ?? null) as Column | null;
    const ofSite = (column === null ? undefined : source.firstRow[column]) ?? source.row;
    const row = found.deviceId === undefined ? ofSite : (difference.rowOf.get(found.deviceId) ?? source.row);
    return problemAt(row, column, source.name, found.code, found.params, severity);
  });
}

type CodeOwner = { readonly site: string; readonly device: string };

/** Finds a MAC or activation code in other sites: of the register above, or stored. */
function codeIndex(
  differences: readonly SiteDifference[],
  store: Store,
): (asking: SiteDifference, code: string) => CodeOwner | undefined {
  const first = new Map<string, { siteId: string; owner: CodeOwner }>();
  const siteNames = new Map(store.sites.all().map((site) => [site.id, site.name]));
  const inRegister = new Set(differences.map(({ siteId }) => siteId));
  for (const { siteId, data, planned } of differences) {
    for (const device of planned) {
      for (const { key } of keysOf(device)) {
        if (!first.has(key)) first.set(key, { siteId, owner: { site: data.name, device: device.name } });
      }
    }
  }
  const stored = (key: string): CodeOwner | undefined => {
    const [kind, code] = key.split(' ', 2) as [string, string];
    const hits = kind === 'mac' ? store.devices.findByMac(code) : store.devices.findByActivationCode(code);
    // What the register's own sites will hold is in `first`; what they held before may change.
    const other = hits.find((device) => !inRegister.has(device.siteId));
    return other && { site: siteNames.get(other.siteId) ?? '', device: other.name };
  };
  return (asking, key) => {
    const inFile = first.get(key);
    return inFile !== undefined && inFile.siteId !== asking.siteId ? inFile.owner : stored(key);
  };
}

/** Writes one site; answers whether there was anything to write. */
function write(difference: SiteDifference, { store, now, newId, person }: RegisterDeps): boolean {
  const { siteId, stored, data, changed, added, changes } = difference;
  if (stored !== undefined && !changed && added.length === 0 && changes.length === 0) return false;
  const at = now();
  if (stored === undefined) store.sites.insert(siteId, data, at);
  else if (changed) store.sites.update(siteId, data, at);
  for (const device of added) store.devices.insert(device, at);
  for (const { id, change } of changes) store.devices.change(id, change, at);
  store.audit.add({
    id: newId(),
    at,
    person: person(),
    siteId,
    action: stored === undefined ? 'register.planned' : 'register.updated',
    detail: { added: added.length, changed: changes.length },
  });
  return true;
}

function summaries(differences: readonly SiteDifference[]): RegisterPreview['sites'] {
  let room: number = registerLimits.differences;
  return differences.map((difference) => {
    const told = toldDifferences(difference);
    const shown = told.slice(0, room);
    room -= shown.length;
    return { ...summary(difference), differences: shown, differenceCount: told.length };
  });
}

function summary({ stored, storedDevices, data, changed, added, changes, planned, rowOf }: SiteDifference) {
  const touched = changed || added.length > 0 || changes.length > 0;
  const count = (kind: string) => planned.filter((device) => device.kind === kind).length;
  return {
    name: data.name,
    change: stored === undefined ? ('new' as const) : touched ? ('changed' as const) : ('unchanged' as const),
    hubs: count('iq'),
    repeaters: count('repeater'),
    doors: count('lock'),
    unnamed: storedDevices.filter(({ id }) => !rowOf.has(id)).length,
  };
}

function isBlocker({ severity }: RegisterProblem): boolean {
  return severity === 'blocker';
}

/** As many as a person could read, in the order of the rows; notes never take the place of a fault. */
function toldProblems(problems: readonly RegisterProblem[]): RegisterProblem[] {
  const blockers = problems.filter(isBlocker);
  const notes = problems.filter((problem) => !isBlocker(problem));
  const { problems: limit } = registerLimits;
  return inRowOrder([...inRowOrder(blockers), ...inRowOrder(notes)].slice(0, limit));
}

function inRowOrder(problems: readonly RegisterProblem[]): RegisterProblem[] {
  return problems.toSorted((one, other) => (one.row ?? 0) - (other.row ?? 0));
}
