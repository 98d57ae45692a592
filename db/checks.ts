import { CodedError } from '../electron/contract/errors.ts';
import { doorChecks } from '../electron/contract/model.ts';
import { wordReader } from './rows.ts';
import type { Connection } from './sqlite.ts';
import type { Store } from './store.ts';
import type { CheckRecord } from './types.ts';
import type { Writer } from './writer.ts';

type CheckRow = Omit<CheckRecord, 'check' | 'result'> & { readonly check: string; readonly result: string };

const select =
  'SELECT device_id AS deviceId, check_name AS "check", result, witness AS "by", at, detail FROM checks';

/**
 * Door checks. The history is kept; the newest counts, by the order of writing, since a laptop's clock may jump. What
 * was checked before a door's lock was detached or replaced counts no more.
 */
export function createChecks(db: Connection, writer: Writer): Store['checks'] {
  const insert = db.prepare(`
    INSERT INTO checks (device_id, check_name, result, witness, at, detail)
    VALUES (@deviceId, @check, @result, @by, @at, @detail)`);
  const siteIdOf = db.prepare<[string], string>('SELECT site_id FROM devices WHERE id = ?').pluck();
  const ofDevice = db.prepare<[string], CheckRow>(`${select}
    WHERE sequence IN (
      SELECT max(checks.sequence) FROM devices JOIN checks
        ON checks.device_id = devices.id AND checks.sequence > devices.checks_from
      WHERE devices.id = ? GROUP BY checks.check_name)
    ORDER BY sequence`);
  const ofSite = db.prepare<[string], CheckRow>(`${select}
    WHERE sequence IN (
      SELECT max(checks.sequence) FROM devices JOIN checks
        ON checks.device_id = devices.id AND checks.sequence > devices.checks_from
      WHERE devices.site_id = ? GROUP BY checks.device_id, checks.check_name)
    ORDER BY sequence`);

  const begin = db.prepare(`
    UPDATE devices SET checks_from = coalesce((SELECT max(sequence) FROM checks WHERE device_id = @id), checks_from)
    WHERE id = @id`);
  const siteOf = (deviceId: string): string => {
    const siteId = siteIdOf.get(deviceId);
    if (siteId === undefined) throw new CodedError('site.device_not_found');
    return siteId;
  };

  return {
    beginAnew(deviceId) {
      const siteId = siteOf(deviceId);
      begin.run({ id: deviceId });
      writer.touched({ siteId });
    },
    insert(check) {
      const siteId = siteOf(check.deviceId);
      insert.run(check);
      writer.touched({ siteId });
    },
    ofDevice: (deviceId) => ofDevice.all(deviceId).map(checkOf),
    ofSite: (siteId) => ofSite.all(siteId).map(checkOf),
  };
}

const readCheck = wordReader('checks', 'check_name', doorChecks);
const readResult = wordReader('checks', 'result', ['passed', 'failed']);

function checkOf(row: CheckRow): CheckRecord {
  return { ...row, check: readCheck(row.check), result: readResult(row.result) };
}
