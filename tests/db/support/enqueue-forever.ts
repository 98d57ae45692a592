/**
 * Writes site change and intent in one transaction, again and again, and prints each intent's id once the call has
 * returned: what is printed has been promised. `limit` ends it by itself; `unsynced` takes the syncs away, to see
 * that their absence is noticed.
 */
import { writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { openStore } from '../../../db/open.ts';

const [dataDir = '', limit = 'Infinity', unsynced] = process.argv.slice(2);
if (unsynced !== undefined) {
  const { pragma } = Database.prototype;
  Database.prototype.pragma = function (source, options) {
    return pragma.call(this, source.replace('synchronous = FULL', 'synchronous = OFF'), options);
  };
}
const { store } = await openStore({
  dataDir,
  vault: { kind: 'key_file', path: `${dataDir}/key` },
  now: () => 0,
});
const owner = { fullName: '', email: '', emailRepeated: '', language: 'en' } as const;
const address = { street: '', postcode: '', city: '' };
const blank = {
  businessType: '',
  country: '',
  timeZone: '',
  address,
  owner,
  tenant: '',
  voucher: '',
  notes: '',
};
store.sites.insert('site', { name: 'site', ...blank }, 0);
writeSync(1, 'ready\n');
for (let number = 1; number <= Number(limit); number += 1) {
  const id = `intent-${number}`;
  store.transaction(() => {
    store.sites.change('site', { lastWorkedAt: number }, number);
    store.outbox.enqueue(
      [{ id, siteId: 'site', kind: 'release', subjectId: null, payload: null, needs: [] }],
      number,
    );
  });
  writeSync(1, `${id}\n`);
}
store.close();
