import { addressKey, type Cloud } from '../cloud.ts';
import { appendLedger, type LedgerEvent } from '../ledger.ts';
import { killInvitationLinks } from '../mail/links.ts';
import { type Language, queueMail, withdrawMails } from '../mail/queue.ts';
import { ApiProblem, type Violation } from '../problem.ts';
import type { Answer, Call, Endpoint } from './call.ts';
import { createId } from './ids.ts';
import {
  type InstallationRow,
  type InvitationState,
  invitationView,
  readInstallation,
  touchInstallation,
} from './installation-view.ts';
import { installationAnswer } from './installations.ts';
import { checkPage, listPage } from './lists.ts';

interface Finish {
  finished_at: string;
  expected: { iqs: number; repeaters: number; locks: number };
}

/** The installation of a call as it stands. */
function installationOf(cloud: Cloud, call: Call): InstallationRow {
  return readInstallation(cloud, call.path.installation_id ?? '', call.now);
}

/** Holds what the installer says against what is registered (C26, C32). */
function requireExpected(row: InstallationRow, finish: Finish): void {
  const registered = { iqs: row.iq_count, repeaters: row.repeater_count, locks: row.lock_count };
  const violations: Violation[] = [];
  for (const name of ['iqs', 'repeaters', 'locks'] as const) {
    if (finish.expected[name] === registered[name]) continue;
    violations.push({
      pointer: `/expected/${name}`,
      rule: 'const',
      message: `registered: ${registered[name]}`,
    });
  }
  if (violations.length > 0) throw new ApiProblem('registration_incomplete', { violations });
}

function accountExists(cloud: Cloud, emailKey: string): boolean {
  return cloud.store.get('SELECT id FROM accounts WHERE email_key = ?', emailKey) !== undefined;
}

/** Queues the mail that belongs to the address, and says which state follows (C26, C31). */
function queueInvitation(
  cloud: Cloud,
  call: Call,
  row: InstallationRow,
  invitationId: string,
  email: string,
): { state: InvitationState; mailId: string } {
  const isKnown = accountExists(cloud, addressKey(email));
  const mailId = queueMail(
    cloud,
    {
      kind: isKnown ? 'account_exists' : 'invitation',
      to: email,
      fullName: row.owner_name,
      language: row.owner_language as Language,
      site: {
        name: row.customer_reference,
        uid: row.site_uid,
        company: call.installer.company.customer_reference,
      },
      invitationId,
    },
    call.now,
  );
  return { state: isKnown ? 'account_exists' : 'queued', mailId };
}

function record(cloud: Cloud, call: Call, event: LedgerEvent, row: InstallationRow, subjectId: string): void {
  touchInstallation(cloud, row.id, call.now);
  appendLedger(cloud.store, { at: call.now, event, installationId: row.id, subjectId, key: call.key });
}

function invitationAnswer(cloud: Cloud, call: Call, status: 200 | 201): Answer {
  return { status, body: invitationView(installationOf(cloud, call), call.now) };
}

/** The installation's invitation; none or one. */
export const listInvitations: Endpoint = {
  check: checkPage,
  handle(cloud, call) {
    const row = installationOf(cloud, call);
    const id = row.invitation_id;
    const items = id === null ? [] : [{ id, created_at: row.invited_at }];
    return listPage(cloud, call, {
      path: `/installations/${row.id}/invitations`,
      count: () => items.length,
      rows: (start) => items.filter((item) => item.created_at > start.createdAt || item.id > start.id),
      view: () => invitationView(row, call.now),
    });
  },
};

/** C26. */
export const inviteOwner: Endpoint = {
  handle(cloud, call) {
    const row = installationOf(cloud, call);
    if (row.released_at !== null) throw new ApiProblem('installation_released');
    if (row.invitation_id !== null)
      throw new ApiProblem('invitation_exists', { existing_id: row.invitation_id });
    requireExpected(row, call.body as Finish);
    const id = createId(cloud, call.now);
    const invitation = { id, installation_id: row.id, created_at: call.now, state: 'queued', mail_id: '' };
    cloud.store.insert('invitations', invitation);
    const { state, mailId } = queueInvitation(cloud, call, row, id, row.owner_email);
    cloud.store.run('UPDATE invitations SET state = ?, mail_id = ? WHERE id = ?', state, mailId, id);
    record(cloud, call, 'invitation.created', row, id);
    return invitationAnswer(cloud, call, 201);
  },
};

/** C28. */
export const resendInvitation: Endpoint = {
  handle(cloud, call) {
    const row = installationOf(cloud, call);
    const id = call.path.invitation_id ?? '';
    if (row.invitation_state === 'accepted') throw new ApiProblem('invitation_closed');
    if (row.invitation_state !== 'queued') {
      killInvitationLinks(cloud, id);
      replaceMail(cloud, call, row, id, row.owner_email);
      record(cloud, call, 'invitation.resent', row, id);
    }
    return invitationAnswer(cloud, call, 200);
  },
};

/** C29. */
export const correctInvitation: Endpoint = {
  handle(cloud, call) {
    const row = installationOf(cloud, call);
    const id = call.path.invitation_id ?? '';
    const isClosed = row.invitation_state === 'account_exists' && row.released_at !== null;
    if (row.invitation_state === 'accepted' || isClosed) throw new ApiProblem('invitation_closed');
    const { email } = call.body as { email: string };
    if (addressKey(email) !== row.owner_key) {
      const sql = 'UPDATE installations SET owner_email = ?, owner_key = ? WHERE id = ?';
      cloud.store.run(sql, email, addressKey(email), row.id);
      killInvitationLinks(cloud, id);
      withdrawMails(cloud, id);
      replaceMail(cloud, call, row, id, email);
      record(cloud, call, 'invitation.corrected', row, id);
    }
    return invitationAnswer(cloud, call, 200);
  },
};

function replaceMail(cloud: Cloud, call: Call, row: InstallationRow, id: string, email: string): void {
  const { state, mailId } = queueInvitation(cloud, call, row, id, email);
  const sql = 'UPDATE invitations SET state = ?, mail_id = ?, expires_at = NULL WHERE id = ?';
  cloud.store.run(sql, state, mailId, id);
}

/** Hands the installation over; there is no way back (C32, C33). */
export const releaseInstallation: Endpoint = {
  handle(cloud, call) {
    const row = installationOf(cloud, call);
    if (row.released_at === null) {
      if (row.invitation_id === null) throw new ApiProblem('invitation_missing');
      if (row.invitation_state === 'bounced') throw new ApiProblem('invitation_bounced');
      const finish = call.body as Finish;
      requireExpected(row, finish);
      const sql = 'UPDATE installations SET released_at = ?, finished_at = ? WHERE id = ?';
      cloud.store.run(sql, call.now, finish.finished_at, row.id);
      record(cloud, call, 'installation.released', row, row.id);
    }
    return installationAnswer(cloud, row.id, call.now);
  },
};
