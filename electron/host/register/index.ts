import type { Store } from '../../../db/store.ts';
import { CodedError, type RegisterPreview, type RegisterProblem } from '../../contract/index.ts';
import { checkSite, keysOf, planCodes, type RuleContext } from '../rules/index.ts';
import { type Column, columns, registerLimits } from './columns.ts';
import { compareSite, type SiteDifference } from './differences.ts';
import { planRegister, type RegisterSite } from './plan-register.ts';
import { problemAt, readCsv } from './read-csv.ts';

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

/** Reads registers, shows what they would do, and writes them when accepted. */
export interface Register {
  /** Reads a register and tells every fault of every row; writes nothing. Throws `register.*` for an unreadable file. */
  preview(fileName: string, bytes: Uint8Array): RegisterPreview;
  /** Writes a previewed register in one transaction, judged again by what is stored now. */
  accept(previewId: string): { sites: number; devices: number };
  /** The row in which each site of a preview begins, by name. */
  rowsOf(previewId: string): ReadonlyMap<string, number>;
  /** A register to fill in. */
  template(): { fileName: string; content: string };
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
  readonly sites: readonly RegisterSite[];
  /** Faults of the file itself, which stay whatever is stored. */
  readonly problems: readonly RegisterProblem[];
}

/** Makes the register part. One preview is kept at a time. */
export function createRegister(deps: RegisterDeps): Register {
  let pending: Pending | undefined;
  const taken = (previewId: string): Pending => {
    if (pending?.id !== previewId) throw new CodedError('register.preview_gone');
    return pending;
  };

  return {
    preview(fileName, bytes) {
      const { rows, problems: cellProblems } = readCsv(bytes);
      const { sites, problems: planProblems } = planRegister(rows);
      const compared = compareAll(sites, deps);
      const id = deps.newId();
      const problems = [...cellProblems, ...planProblems];
      pending = { id, sites, problems };
      return {
        previewId: id,
        fileName,
        sites: compared.differences.map(summary),
        problems: inRowOrder([...problems, ...compared.problems]).slice(0, registerLimits.problems),
      };
    },

    accept(previewId) {
      const { sites, problems } = taken(previewId);
      return deps.store.transaction(() => {
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

    rowsOf: (previewId) => new Map(taken(previewId).sites.map((site) => [site.name, site.row])),

    template: () => ({ fileName: 'doorstep-register.csv', content: `\ufeff${columns.join(',')}\r\n` }),
  };
}

function compareAll(
  sites: readonly RegisterSite[],
  deps: RegisterDeps,
): { differences: SiteDifference[]; problems: RegisterProblem[] } {
  const differences = sites.map((site) => compareSite(site, deps.store, deps.newId));
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

function summary({
  stored,
  data,
  changed,
  added,
  changes,
  planned,
}: SiteDifference): RegisterPreview['sites'][number] {
  const touched = changed || added.length > 0 || changes.length > 0;
  const count = (kind: string) => planned.filter((device) => device.kind === kind).length;
  return {
    name: data.name,
    change: stored === undefined ? 'new' : touched ? 'changed' : 'unchanged',
    hubs: count('iq'),
    repeaters: count('repeater'),
    doors: count('lock'),
  };
}

function isBlocker({ severity }: RegisterProblem): boolean {
  return severity === 'blocker';
}

function inRowOrder(problems: readonly RegisterProblem[]): RegisterProblem[] {
  return problems.toSorted((one, other) => (one.row ?? 0) - (other.row ?? 0));
}
