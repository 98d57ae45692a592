import { createHmac, randomBytes } from 'node:crypto';
import type { Cloud } from '../cloud.ts';
import { appendLedger } from '../ledger.ts';
import { ApiProblem } from '../problem.ts';
import type { Answer, Call, Endpoint } from './call.ts';
import {
  type DeviceKind,
  type DeviceRow,
  deviceView,
  iqStatusView,
  readDevice,
  readDevices,
} from './device-view.ts';
import { createId } from './ids.ts';
import { readInstallation, requireOpenHardware, touchInstallation } from './installation-view.ts';
import { checkTimeZone } from './installations.ts';
import { checkPage, listPage } from './lists.ts';

interface DeviceBody {
  customer_reference?: string;
  activation_code?: string;
  mac?: string | null;
  model?: string;
  time_zone?: string;
  communication_type?: string;
  lock_type?: string;
  floor?: string | null;
}

/** An activation code as it is compared: upper case, without `.`, `:`, `-`. Kept as a keyed hash: it is a secret. */
function codeHash(cloud: Cloud, code: string): string {
  const compared = code.toUpperCase().replace(/[.:-]/g, '');
  // Practice knows every code but this one and the empty one (C21).
  if (compared === '000000' || compared === '') throw new ApiProblem('activation_code_rejected');
  const key = cloud.store.metaOnce('activation_code_key', () => randomBytes(32).toString('hex'));
  return createHmac('sha256', key).update(compared).digest('hex');
}

/** @throws ApiProblem if a device of any company has the code (C21) */
function requireFreeCode(cloud: Cloud, hash: string, installationId: string): void {
  const other = cloud.store.get<{ id: string; installation_id: string }>(
    'SELECT id, installation_id FROM devices WHERE code_hash = ?',
    hash,
  );
  if (!other) return;
  const isHere = other.installation_id === installationId;
  throw new ApiProblem('activation_code_taken', isHere ? { existing_id: other.id } : {});
}

/** The installation of a hardware change. @throws ApiProblem if it is closed (C32, C34) */
export function openInstallation(cloud: Cloud, call: Call) {
  const installation = readInstallation(cloud, call.path.installation_id ?? '', call.now);
  requireOpenHardware(installation, call.now);
  return installation;
}

function record(
  cloud: Cloud,
  call: Call,
  kind: DeviceKind,
  id: string,
  act: 'created' | 'changed' | 'deleted',
): void {
  const installationId = call.path.installation_id ?? null;
  appendLedger(cloud.store, {
    at: call.now,
    event: `${kind}.${act}`,
    installationId,
    subjectId: id,
    key: call.key,
  });
}

function deviceAnswer(cloud: Cloud, call: Call, id: string, status: 200 | 201): Answer {
  const row = readDevice(cloud, call.path.installation_id ?? '', id);
  return { status, body: deviceView(cloud, row, call.now) };
}

/** Lists the devices of a kind. */
export function listDevices(kind: DeviceKind): Endpoint {
  return {
    check: checkPage,
    handle(cloud, call) {
      const installationId = call.path.installation_id ?? '';
      const countSql = 'SELECT count(*) AS count FROM devices WHERE installation_id = ? AND kind = ?';
      return listPage<DeviceRow>(cloud, call, {
        path: `/installations/${installationId}/${kind}s`,
        count: () => cloud.store.get<{ count: number }>(countSql, installationId, kind)?.count ?? 0,
        rows: (start, limit) => readDevices(cloud, installationId, kind, start, limit),
        view: (row) => deviceView(cloud, row, call.now),
      });
    },
  };
}

/** Registers a device of a kind (C21); beyond the seats a lock is there, but suspended (C20). */
export function addDevice(kind: DeviceKind): Endpoint {
  return {
    ...(kind === 'iq' && { check: checkTimeZone }),
    handle(cloud, call) {
      const installation = openInstallation(cloud, call);
      const body = call.body as DeviceBody;
      const hash = codeHash(cloud, body.activation_code ?? '');
      requireFreeCode(cloud, hash, installation.id);
      const id = createId(cloud, call.now);
      cloud.store.insert('devices', {
        id,
        installation_id: installation.id,
        kind,
        customer_reference: body.customer_reference ?? '',
        code_hash: hash,
        mac: body.mac ?? null,
        created_at: call.now,
        changed_at: call.now,
        ...(kind === 'iq'
          ? { model: body.model ?? null, time_zone: body.time_zone ?? installation.time_zone }
          : { communication_type: body.communication_type ?? null }),
        ...(kind === 'lock' && { lock_type: body.lock_type ?? 'unknown', floor: body.floor ?? null }),
      });
      touchInstallation(cloud, installation.id, call.now);
      record(cloud, call, kind, id, 'created');
      return deviceAnswer(cloud, call, id, 201);
    },
  };
}

/** Renames a device; an IQ with a new code is another IQ that keeps its id, its name and its tree (C21). */
export function updateDevice(kind: DeviceKind): Endpoint {
  return {
    ...(kind === 'iq' && { check: checkTimeZone }),
    handle(cloud, call) {
      const installation = openInstallation(cloud, call);
      const id = call.path[`${kind}_id`] ?? '';
      const row = readDevice(cloud, installation.id, id);
      const changes = changedColumns(cloud, row, call.body as DeviceBody);
      if (Object.keys(changes).length > 0) {
        const assignments = Object.keys(changes).map((name) => `${name} = ?`);
        const sql = `UPDATE devices SET ${assignments.join(', ')}, changed_at = ? WHERE id = ?`;
        cloud.store.run(sql, ...Object.values(changes), call.now, id);
        record(cloud, call, kind, id, 'changed');
      }
      return deviceAnswer(cloud, call, id, 200);
    },
  };
}

function changedColumns(cloud: Cloud, row: DeviceRow, body: DeviceBody): Record<string, string | null> {
  const wanted: Record<string, string | null | undefined> = {
    customer_reference: body.customer_reference,
    mac: body.mac,
    ...(row.kind === 'iq' && { model: body.model, time_zone: body.time_zone }),
    ...(row.kind === 'lock' && { floor: body.floor }),
  };
  if (row.kind === 'iq' && body.activation_code !== undefined) {
    const hash = codeHash(cloud, body.activation_code);
    if (hash !== row.code_hash) {
      requireFreeCode(cloud, hash, row.installation_id);
      wanted.code_hash = hash;
      wanted.mac = body.mac ?? null;
    }
  }
  const changes: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined && value !== row[name as keyof DeviceRow]) changes[name] = value;
  }
  return changes;
}

/** Deletes devices of a kind, all or none (C24). */
export function deleteDevices(kind: DeviceKind): Endpoint {
  return {
    handle(cloud, call) {
      const installation = openInstallation(cloud, call);
      const rows = (call.query.ids as string[]).flatMap((id) => {
        const sql = 'SELECT * FROM devices WHERE id = ? AND installation_id = ? AND kind = ?';
        return cloud.store.all<DeviceRow>(sql, id, installation.id, kind);
      });
      const leaving = rows.filter((row) => row.gone_at === null);
      for (const row of leaving) requireDeletable(cloud, row);
      const seconds = cloud.traps.get('async_delete')?.seconds ?? 0;
      for (const row of leaving) {
        if (seconds > 0)
          cloud.store.run('UPDATE devices SET gone_at = ? WHERE id = ?', call.now + seconds * 1000, row.id);
        else cloud.store.run('DELETE FROM devices WHERE id = ?', row.id);
        record(cloud, call, kind, row.id, 'deleted');
      }
      if (leaving.length > 0) touchInstallation(cloud, installation.id, call.now);
      const isUnderWay = seconds > 0 ? rows.length > 0 : rows.length > leaving.length;
      return isUnderWay
        ? { status: 202, retryAfterSeconds: Math.max(1, Math.min(seconds, 60)) }
        : { status: 204 };
    },
  };
}

function requireDeletable(cloud: Cloud, row: DeviceRow): void {
  if (row.link_state === 'attached') throw new ApiProblem('device_in_tree');
  if (row.link_state === 'detached_pending') throw new ApiProblem('detach_pending');
  const items = "SELECT id FROM devices WHERE iq_id = ? AND link_state = 'attached' LIMIT 1";
  if (row.kind === 'iq' && cloud.store.get(items, row.id)) throw new ApiProblem('iq_not_empty');
}

export const getIqStatus: Endpoint = {
  handle(cloud, call) {
    const row = readDevice(cloud, call.path.installation_id ?? '', call.path.iq_id ?? '');
    return { status: 200, body: iqStatusView(cloud, row.changed_at, call.now) };
  },
};

/** Ends a detachment that the lock never confirmed (C23). */
export const forceDetachLock: Endpoint = {
  handle(cloud, call) {
    openInstallation(cloud, call);
    const id = call.path.lock_id ?? '';
    const row = readDevice(cloud, call.path.installation_id ?? '', id);
    if (row.link_state === 'attached') throw new ApiProblem('device_in_tree');
    if (row.link_state === 'detached_pending') {
      cloud.store.run("UPDATE devices SET link_state = 'detached', iq_id = NULL WHERE id = ?", id);
      appendLedger(cloud.store, {
        at: call.now,
        event: 'lock.detach_forced',
        installationId: row.installation_id,
        subjectId: id,
        key: call.key,
      });
    }
    return deviceAnswer(cloud, call, id, 200);
  },
};
