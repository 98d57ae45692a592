import Database from 'better-sqlite3';
import { databaseFile } from '../../../db/recovery.ts';
import type { Store } from '../../../db/store.ts';
import { guarded } from '../../../electron/host/register/cell-text.ts';
import { type Column, columns } from '../../../electron/host/register/columns.ts';
import { createRegister, type Register } from '../../../electron/host/register/index.ts';
import { defaultLimits } from '../../../electron/host/rules/index.ts';
import { newTestStore, nextId, someDay } from '../../db/support/store.ts';

/** The cells of one row. */
export type Cells = Partial<Record<Column, string>>;

/** Writes rows as a register, every cell quoted, and none that a spreadsheet would run. */
export function csv(rows: readonly Cells[]): Uint8Array {
  const cell = (text: string) => `"${guarded(text).replaceAll('"', '""')}"`;
  const lines = rows.map((row) => columns.map((column) => cell(row[column] ?? '')).join(','));
  return new TextEncoder().encode([columns.join(','), ...lines].join('\r\n'));
}

/** A register on a real store, and every row of that store as it is on disk. */
export interface RegisterBench {
  readonly store: Store;
  readonly register: Register;
  /** Reads and accepts; answers what was written. */
  import(rows: readonly Cells[]): Promise<{ sites: number; devices: number }>;
  /** Reads only; faults as `row column code`. */
  faults(rows: readonly Cells[]): Promise<string[]>;
  /** All tables, secrets as they lie there. */
  dump(): string;
}

/** The account of the bench: one tenant and two business types. */
const rules = {
  limits: new Map([['*', defaultLimits]]),
  tenants: ['Practice Installers'],
  businessTypes: ['office', 'education'],
  clockOffsetMs: null,
  newestFirmware: new Map(),
};

/** Opens a register on a new store; each change comes a second after the one before. */
export async function openRegisterBench(): Promise<RegisterBench> {
  const { store, dataDir } = await newTestStore();
  let at = someDay;
  const now = () => {
    at += 1000;
    return at;
  };
  const register = createRegister({ store, now, newId: nextId, rules: () => rules, person: () => 'Iris' });
  return {
    store,
    register,
    import: async (rows) => register.accept((await register.preview('register.csv', csv(rows))).previewId),
    faults: async (rows) =>
      (await register.preview('register.csv', csv(rows))).problems.map(
        ({ row, column, code }) => `${row} ${column} ${code}`,
      ),
    dump: () => dump(dataDir),
  };
}

function dump(dataDir: string): string {
  const db = new Database(databaseFile(dataDir), { readonly: true });
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all();
    const bytes = (_: string, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
    return JSON.stringify(
      tables.map((table) => [table, db.prepare(`SELECT * FROM "${table}"`).all()]),
      bytes,
    );
  } finally {
    db.close();
  }
}
