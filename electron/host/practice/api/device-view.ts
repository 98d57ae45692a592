import { timeText } from '../clock.ts';
import type { Cloud } from '../cloud.ts';
import { ApiProblem } from '../problem.ts';
import type { PageStart } from './lists.ts';

export type DeviceKind = 'iq' | 'repeater' | 'lock';

/** A device with what its reading needs. */
export interface DeviceRow {
  id: string;
  installation_id: string;
  kind: DeviceKind;
  customer_reference: string;
  code_hash: string;
  mac: string | null;
  model: string | null;
  time_zone: string | null;
  communication_type: string | null;
  lock_type: string | null;
  floor: string | null;
  created_at: number;
  changed_at: number;
  tree_version: number;
  link_state: 'attached' | 'detached_pending' | 'detached';
  iq_id: string | null;
  parent_id: string | null;
  position: number | null;
  gone_at: number | null;
  /** When the IQ above it was changed last. */
  iq_changed_at: number | null;
  /** The lock's place in the order of creation, from 1; `null` where it counts no more. */
  seat: number | null;
  seats: number | null;
  seats_end_at: number | null;
}

const select = `
  WITH places AS (
    SELECT id, row_number() OVER (ORDER BY created_at, id) AS seat
    FROM devices WHERE installation_id = ? AND kind = 'lock' AND gone_at IS NULL
  )
  SELECT d.*, iq.changed_at AS iq_changed_at, places.seat, s.seats, s.ends_at AS seats_end_at
  FROM devices d
  LEFT JOIN places ON places.id = d.id
  LEFT JOIN devices iq ON iq.id = d.iq_id
  LEFT JOIN subscriptions s ON s.installation_id = d.installation_id
  WHERE d.installation_id = ?`;

/** Reads a device that is known to exist in the installation. */
export function readDevice(cloud: Cloud, installationId: string, id: string): DeviceRow {
  const row = cloud.store.get<DeviceRow>(`${select} AND d.id = ?`, installationId, installationId, id);
  if (!row) throw new ApiProblem('not_found');
  return row;
}

/** Devices of a kind after (`createdAt`, `id`), oldest first; those being deleted are still among them (C24). */
export function readDevices(
  cloud: Cloud,
  installationId: string,
  kind: DeviceKind,
  start: PageStart,
  limit: number,
): DeviceRow[] {
  return cloud.store.all<DeviceRow>(
    `${select} AND d.kind = ? AND (d.created_at, d.id) > (?, ?) ORDER BY d.created_at, d.id LIMIT ?`,
    installationId,
    installationId,
    kind,
    start.createdAt,
    start.id,
    limit,
  );
}

/** `IqStatus` of the contract: at once online and synced, unless a trap delays it (C40). */
export function iqStatusView(cloud: Cloud, changedAt: number, now: number) {
  const isLate = (trap: 'not_synced' | 'online_lag') => {
    const seconds = cloud.traps.get(trap)?.seconds ?? 0;
    return now < changedAt + seconds * 1000;
  };
  const online = !isLate('online_lag');
  return {
    online,
    data_sync_state: isLate('not_synced') ? 'not_synced' : 'synced',
    last_seen: online ? timeText(now) : null,
  };
}

/** `Iq`, `Repeater` or `Lock` of the contract. */
export function deviceView(cloud: Cloud, row: DeviceRow, now: number) {
  const common = {
    id: row.id,
    customer_reference: row.customer_reference,
    mac: row.mac,
    created_at: timeText(row.created_at),
  };
  if (row.kind === 'iq') {
    return {
      ...common,
      model: row.model,
      time_zone: row.time_zone,
      ...iqStatusView(cloud, row.changed_at, now),
    };
  }
  const online =
    row.link_state === 'attached' &&
    row.iq_changed_at !== null &&
    iqStatusView(cloud, row.iq_changed_at, now).online;
  const repeater = {
    ...common,
    communication_type: row.communication_type,
    iq_link_state: row.link_state,
    online,
    last_seen: online ? timeText(now) : null,
  };
  if (row.kind === 'repeater') return repeater;
  return {
    ...repeater,
    lock_type: row.lock_type,
    floor: row.floor,
    battery_state: online ? 'fresh' : 'unknown',
    subscription_state: hasSeat(row, now) ? 'subscribed' : 'suspended',
  };
}

/** C20. */
function hasSeat(row: DeviceRow, now: number): boolean {
  return row.seat !== null && row.seats !== null && row.seat <= row.seats && now < (row.seats_end_at ?? 0);
}
