import { createHash } from 'node:crypto';
import { timeText } from '../clock.ts';
import { appendLedger } from '../ledger.ts';
import { ApiProblem } from '../problem.ts';
import type { Answer, Endpoint } from './call.ts';
import { createId } from './ids.ts';

interface DocumentRow {
  id: string;
  kind: string;
  file_name: string;
  size: number;
  sha256: string;
  created_at: number;
}

const columns = 'id, kind, file_name, size, sha256, created_at';

function documentAnswer(row: DocumentRow, status: 200 | 201): Answer {
  return { status, body: { ...row, created_at: timeText(row.created_at) } };
}

/** Stores the handover report, in every state of the installation (C25). */
export const uploadDocument: Endpoint = {
  handle(cloud, call) {
    const content = call.body as Buffer;
    const { kind, file_name, sha256 } = call.query as { kind: string; file_name: string; sha256: string };
    const isPdf = content.subarray(0, 5).toString('latin1') === '%PDF-';
    if (!isPdf || createHash('sha256').update(content).digest('hex') !== sha256) {
      throw new ApiProblem('document_invalid');
    }
    const installationId = call.path.installation_id ?? '';
    const known = cloud.store.get<DocumentRow>(
      `SELECT ${columns} FROM documents WHERE installation_id = ? AND sha256 = ?`,
      installationId,
      sha256,
    );
    if (known) return documentAnswer(known, 200);
    const row = {
      id: createId(cloud, call.now),
      kind,
      file_name,
      size: content.length,
      sha256,
      created_at: call.now,
    };
    cloud.store.insert('documents', { ...row, installation_id: installationId, content });
    appendLedger(cloud.store, {
      at: call.now,
      event: 'document.stored',
      installationId,
      subjectId: row.id,
      key: call.key,
      detail: { file_name, size: row.size, sha256 },
    });
    return documentAnswer(row, 201);
  },
};
