import { readJson, writeJson } from './rows.ts';
import type { Connection } from './sqlite.ts';
import type { Store } from './store.ts';
import type { AuditRecord } from './types.ts';

type AuditRow = Omit<AuditRecord, 'detail'> & { readonly detail: string };

/** Who did what, when: only ever added to. */
export function createAudit(db: Connection): Store['audit'] {
  const add = db.prepare(`
    INSERT INTO audit (id, at, person, site_id, action, detail)
    VALUES (@id, @at, @person, @siteId, @action, @detail)`);
  const ofSite = db.prepare<[string, number], AuditRow>(`
    SELECT id, at, person, site_id AS siteId, action, detail
    FROM audit WHERE site_id = ? ORDER BY sequence DESC LIMIT ?`);

  return {
    add(record) {
      add.run({ ...record, detail: writeJson(record.detail) });
    },
    ofSite: (siteId, limit) =>
      ofSite.all(siteId, limit).map((row) => ({
        ...row,
        detail: readJson('audit', 'detail', row.detail) as AuditRecord['detail'],
      })),
  };
}
