import type { Cloud } from '../cloud.ts';
import { appendLedger } from '../ledger.ts';
import { ApiProblem } from '../problem.ts';
import { commonLimits } from './account.ts';
import type { Answer, Call, Endpoint } from './call.ts';
import { type DeviceRow, readDevice } from './device-view.ts';
import { openInstallation } from './devices.ts';
import { type TreeDevice, type TreeItem, treeViolations } from './tree-rules.ts';

function readItems(cloud: Cloud, iqId: string): DeviceRow[] {
  const sql = "SELECT * FROM devices WHERE iq_id = ? AND link_state = 'attached' ORDER BY position";
  return cloud.store.all<DeviceRow>(sql, iqId);
}

function treeAnswer(cloud: Cloud, iq: DeviceRow): Answer {
  const items = readItems(cloud, iq.id).map((row) => ({
    id: row.id,
    parent_id: row.parent_id,
    hardware_type: row.kind,
    iq_link_state: row.link_state,
  }));
  return { status: 200, body: { iq_tree_items: items }, etag: treeTag(iq) };
}

/** Counts the changes of ids, parents and order; link states are no part of it (C23). */
const treeTag = (iq: DeviceRow) => `"${iq.tree_version}"`;

function findIq(cloud: Cloud, call: Call): DeviceRow {
  return readDevice(cloud, call.path.installation_id ?? '', call.path.iq_id ?? '');
}

export const getTree: Endpoint = {
  handle: (cloud, call) => treeAnswer(cloud, findIq(cloud, call)),
};

/** Replaces all items or none (C22, C23). */
export const replaceTree: Endpoint = {
  handle(cloud, call) {
    const iq = findIq(cloud, call);
    requireMatch(call.ifMatch, treeTag(iq));
    const installation = openInstallation(cloud, call);
    const items = (call.body as { iq_tree_items: TreeItem[] }).iq_tree_items.map(lowerIds);
    const violations = treeViolations(
      iq.id,
      items,
      (id) => findTreeDevice(cloud, installation.id, id),
      commonLimits,
    );
    if (violations.length > 0) throw new ApiProblem('tree_invalid', { violations });
    if (isEqual(readItems(cloud, iq.id), items)) return treeAnswer(cloud, iq);
    putItems(cloud, iq, items, call.now);
    appendLedger(cloud.store, {
      at: call.now,
      event: 'tree.replaced',
      installationId: installation.id,
      subjectId: iq.id,
      key: call.key,
      detail: { items: items.length },
    });
    return treeAnswer(cloud, findIq(cloud, call));
  },
};

/** Strong comparison; `*` counts as absent (openapi.yaml, IfMatch). */
function requireMatch(ifMatch: string | undefined, tag: string): void {
  const wanted = (ifMatch ?? '').split(',').map((part) => part.trim());
  if (wanted[0] === '' || wanted.includes('*')) throw new ApiProblem('precondition_required');
  if (!wanted.includes(tag)) throw new ApiProblem('precondition_failed', {}, { etag: tag });
}

function lowerIds(item: TreeItem): TreeItem {
  return { ...item, id: item.id.toLowerCase(), parent_id: item.parent_id?.toLowerCase() ?? null };
}

function findTreeDevice(cloud: Cloud, installationId: string, id: string): TreeDevice | undefined {
  return cloud.store.get<TreeDevice>(
    `SELECT kind, communication_type, link_state, iq_id FROM devices
     WHERE id = ? AND installation_id = ? AND kind <> 'iq' AND gone_at IS NULL`,
    id,
    installationId,
  );
}

function isEqual(rows: readonly DeviceRow[], items: readonly TreeItem[]): boolean {
  return (
    rows.length === items.length &&
    rows.every((row, index) => row.id === items[index]?.id && row.parent_id === items[index]?.parent_id)
  );
}

function putItems(cloud: Cloud, iq: DeviceRow, items: readonly TreeItem[], now: number): void {
  const kept = new Set(items.map((item) => item.id));
  const isHanging = cloud.traps.get('detach_hangs') !== undefined;
  for (const row of readItems(cloud, iq.id)) {
    if (kept.has(row.id)) continue;
    const sql =
      'UPDATE devices SET link_state = ?, iq_id = ?, parent_id = NULL, position = NULL WHERE id = ?';
    // What hangs remembers the tree that it left: it may return there (C23).
    cloud.store.run(sql, isHanging ? 'detached_pending' : 'detached', isHanging ? iq.id : null, row.id);
  }
  for (const [position, item] of items.entries()) {
    const sql =
      "UPDATE devices SET link_state = 'attached', iq_id = ?, parent_id = ?, position = ? WHERE id = ?";
    cloud.store.run(sql, iq.id, item.parent_id, position, item.id);
  }
  cloud.store.run(
    'UPDATE devices SET tree_version = tree_version + 1, changed_at = ? WHERE id = ?',
    now,
    iq.id,
  );
}
