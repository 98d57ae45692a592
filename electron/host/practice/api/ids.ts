import { v7 as uuidv7 } from 'uuid';
import type { Cloud } from '../cloud.ts';
import { ApiProblem } from '../problem.ts';
import type { Call } from './call.ts';

/** How long a new id may stay invisible (C16). */
const hiddenMs = 60_000;

/** A new id; hidden from paths for a while if the trap `not_visible_yet` is on (C16, C40). */
export function createId(cloud: Cloud, now: number): string {
  const id = uuidv7();
  const trap = cloud.traps.get('not_visible_yet');
  if (trap && trap.times > 0) {
    cloud.store.insert('hidden_ids', { id, code: trap.code, times: trap.times, until: now + hiddenMs });
  }
  return id;
}

/**
 * Whether the path's ids are this company's and visible (C3, C16).
 * @param changes a device whose deletion is under way can be read, but not changed (C24)
 * @returns how a hidden id answers; the count is used up, so the transaction must commit
 * @throws ApiProblem `not_found`
 */
export function findPath(cloud: Cloud, call: Call, changes: boolean): ApiProblem | null {
  const { installation_id: installationId, invitation_id: invitationId } = call.path;
  if (installationId === undefined) return null;
  const installation = cloud.store.get(
    'SELECT id FROM installations WHERE id = ? AND company_id = ?',
    installationId,
    call.installer.company.id,
  );
  if (!installation) throw new ApiProblem('not_found');
  for (const kind of ['iq', 'repeater', 'lock'] as const) {
    const id = call.path[`${kind}_id`];
    if (id !== undefined && !deviceExists(cloud, installationId, kind, id, changes))
      throw new ApiProblem('not_found');
  }
  if (invitationId !== undefined && !invitationExists(cloud, installationId, invitationId)) {
    throw new ApiProblem('not_found');
  }
  return countHidden(cloud, call);
}

function deviceExists(
  cloud: Cloud,
  installationId: string,
  kind: string,
  id: string,
  changes: boolean,
): boolean {
  const row = cloud.store.get<{ gone_at: number | null }>(
    'SELECT gone_at FROM devices WHERE id = ? AND installation_id = ? AND kind = ?',
    id,
    installationId,
    kind,
  );
  return row !== undefined && (row.gone_at === null || !changes);
}

function invitationExists(cloud: Cloud, installationId: string, id: string): boolean {
  const row = cloud.store.get(
    'SELECT id FROM invitations WHERE id = ? AND installation_id = ?',
    id,
    installationId,
  );
  return row !== undefined;
}

function countHidden(cloud: Cloud, call: Call): ApiProblem | null {
  let hidden: ApiProblem | null = null;
  for (const id of Object.values(call.path)) {
    const row = cloud.store.get<{ code: number }>(
      'SELECT code FROM hidden_ids WHERE id = ? AND times > 0 AND until > ?',
      id,
      call.now,
    );
    if (!row) continue;
    cloud.store.run('UPDATE hidden_ids SET times = times - 1 WHERE id = ?', id);
    hidden ??= new ApiProblem(row.code === 2203 ? 'forbidden' : 'not_found');
  }
  return hidden;
}

/** Brings the tables up to `now`: finished deletions, ids that are visible by now, detachments nothing holds. */
export function settle(cloud: Cloud, now: number): void {
  cloud.store.run('DELETE FROM devices WHERE gone_at <= ?', now);
  cloud.store.run('DELETE FROM hidden_ids WHERE until <= ?', now);
  // A lock that missed its detachment hangs until forced (C40). Nothing can force a repeater, so it follows the trap.
  if (!cloud.traps.get('detach_hangs')) {
    cloud.store.run(
      `UPDATE devices SET link_state = 'detached', iq_id = NULL
       WHERE link_state = 'detached_pending' AND kind = 'repeater'`,
    );
  }
}
