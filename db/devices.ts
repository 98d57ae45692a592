import { CodedError } from '../electron/contract/errors.ts';
import { deviceKinds, deviceModels, deviceStates, reachSchema } from '../electron/contract/model.ts';
import { createUpdater, readJson, unreadable, wordReader, writeJson } from './rows.ts';
import type { Connection, SqlValue } from './sqlite.ts';
import type { DeviceChange, Store } from './store.ts';
import { inTreeOrder } from './tree-order.ts';
import type { DeviceRecord } from './types.ts';
import type { Vault } from './vault.ts';
import type { Writer } from './writer.ts';

/** A record as SQLite gives it: words not looked at yet, flags as numbers. */
interface DeviceRow extends Omit<DeviceRecord, 'hasActivationCode' | 'networkProven' | 'reach'> {
  reach: string | DeviceRecord['reach'];
  hasActivationCode: number | boolean;
  networkProven: number | boolean;
}

const select = `
  SELECT id, site_id AS siteId, parent_id AS parentId, position, kind, name, model, radio, mac,
    activation_code IS NOT NULL AS hasActivationCode, door, floor, notes, state, serial, firmware, rssi,
    battery_percent AS batteryPercent, battery_at AS batteryAt, heard_at AS heardAt,
    network_proven AS networkProven, reach, clock_set_at AS clockSetAt, clock_offset_ms AS clockOffsetMs,
    held_by_hub AS heldByHub, held_by_parent AS heldByParent, cloud_id AS cloudId, subscription
  FROM devices`;

/** Where each member that may change stands. */
const changeable: Readonly<Record<string, string>> = {
  parentId: 'parent_id',
  position: 'position',
  name: 'name',
  model: 'model',
  radio: 'radio',
  mac: 'mac',
  door: 'door',
  floor: 'floor',
  notes: 'notes',
  state: 'state',
  serial: 'serial',
  firmware: 'firmware',
  rssi: 'rssi',
  batteryPercent: 'battery_percent',
  batteryAt: 'battery_at',
  heardAt: 'heard_at',
  networkProven: 'network_proven',
  reach: 'reach',
  clockSetAt: 'clock_set_at',
  clockOffsetMs: 'clock_offset_ms',
  heldByHub: 'held_by_hub',
  heldByParent: 'held_by_parent',
  cloudId: 'cloud_id',
  subscription: 'subscription',
};

/** Planned places and the devices bound to them; activation codes sealed, compared by keyed hash. */
export function createDevices(db: Connection, writer: Writer, vault: Vault): Store['devices'] {
  const update = createUpdater(db, 'devices');
  const insert = db.prepare(`
    INSERT INTO devices (id, site_id, parent_id, position, kind, name, model, radio, mac, activation_code,
      activation_code_hash, door, floor, notes, state, network_proven)
    VALUES (@id, @siteId, @parentId, @position, @kind, @name, @model, @radio, @mac, @activation_code,
      @activation_code_hash, @door, @floor, @notes, @state, 0)`);
  const remove = db.prepare('DELETE FROM devices WHERE id = ?');
  const savedAt = db.prepare('UPDATE sites SET updated_at = @now WHERE id = @siteId AND updated_at <> @now');
  const siteIdOf = db.prepare<[string], string>('SELECT site_id FROM devices WHERE id = ?').pluck();
  const code = db
    .prepare<[string], Uint8Array | null>('SELECT activation_code FROM devices WHERE id = ?')
    .pluck();
  const get = db.prepare<[string], DeviceRow>(`${select} WHERE id = ?`);
  const ofSite = db.prepare<[string], DeviceRow>(`${select} WHERE site_id = ? ORDER BY position, id`);
  const all = db.prepare<[], DeviceRow>(`${select} ORDER BY id`);
  const byMac = db.prepare<[string], DeviceRow>(`${select} WHERE mac = ? ORDER BY id`);
  const byCode = db.prepare<[Uint8Array], DeviceRow>(`${select} WHERE activation_code_hash = ? ORDER BY id`);

  const hashOf = (text: string): Buffer | null => {
    const key = codeKey(text);
    return key === '' ? null : vault.keyedHash('activation_code', key);
  };
  const codeColumns = (id: string, text: string | null): Record<string, SqlValue> =>
    text === null || text === ''
      ? { activation_code: null, activation_code_hash: null }
      : { activation_code: vault.seal(placeOf(id), text), activation_code_hash: hashOf(text) };

  const siteOf = (id: string): string => {
    const siteId = siteIdOf.get(id);
    if (siteId === undefined) throw new CodedError('site.device_not_found');
    return siteId;
  };

  return {
    insert: ({ activationCode, state = 'planned', ...device }, now) =>
      writer.joined(() => {
        insert.run({ ...device, state, ...codeColumns(device.id, activationCode) });
        savedAt.run({ siteId: device.siteId, now });
        writer.touched({ siteId: device.siteId });
      }),
    change: (id, change, now) =>
      writer.joined(() => {
        const siteId = siteOf(id);
        const columns = columnsOf(change);
        if (change.activationCode !== undefined)
          Object.assign(columns, codeColumns(id, change.activationCode));
        if (Object.keys(columns).length === 0) return;
        update(id, columns);
        savedAt.run({ siteId, now });
        writer.touched({ siteId });
      }),
    remove(id) {
      const siteId = siteOf(id);
      remove.run(id);
      writer.touched({ siteId });
    },
    get(id) {
      const row = get.get(id);
      return row === undefined ? undefined : deviceOf(row);
    },
    ofSite: (siteId) => inTreeOrder(ofSite.all(siteId).map(deviceOf)),
    all: () => all.all().map(deviceOf),
    findByMac: (mac) => byMac.all(mac).map(deviceOf),
    findByActivationCode(text) {
      const hash = hashOf(text);
      return hash === null ? [] : byCode.all(hash).map(deviceOf);
    },
    activationCode(id) {
      const sealed = code.get(id);
      return sealed === undefined || sealed === null ? null : vault.open(placeOf(id), sealed);
    },
  };
}

/** What of a code counts when two are compared (A23). */
function codeKey(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
}

const placeOf = (rowId: string) => ({ table: 'devices', column: 'activation_code', rowId });

function columnsOf(change: DeviceChange): Record<string, SqlValue> {
  const columns: Record<string, SqlValue> = {};
  for (const [member, value] of Object.entries(change)) {
    const column = changeable[member];
    if (column === undefined || value === undefined) continue;
    if (typeof value === 'object') columns[column] = value === null ? null : writeJson(value);
    else columns[column] = typeof value === 'boolean' ? Number(value) : value;
  }
  return columns;
}

const readKind = wordReader('devices', 'kind', deviceKinds);
const readModel = wordReader('devices', 'model', deviceModels);
const readRadio = wordReader('devices', 'radio', ['blue_net', 'rf_net']);
const readState = wordReader('devices', 'state', deviceStates);
const readSubscription = wordReader('devices', 'subscription', ['subscribed', 'suspended']);

/** Looks at the words and turns the flags, in place: a copy of each of 100 000 rows costs more than reading them. */
function deviceOf(row: DeviceRow): DeviceRecord {
  readKind(row.kind);
  if (row.model !== null) readModel(row.model);
  if (row.radio !== null) readRadio(row.radio);
  readState(row.state);
  if (row.subscription !== null) readSubscription(row.subscription);
  row.hasActivationCode = row.hasActivationCode === 1;
  row.networkProven = row.networkProven === 1;
  if (typeof row.reach === 'string') row.reach = reachOf(row.reach);
  return row as DeviceRecord;
}

function reachOf(text: string): DeviceRecord['reach'] {
  const read = reachSchema.safeParse(readJson('devices', 'reach', text));
  if (!read.success) throw unreadable('devices', 'reach');
  return read.data;
}
