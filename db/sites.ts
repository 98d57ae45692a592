import { CodedError } from '../electron/contract/errors.ts';
import {
  type Invitation,
  invitationSchema,
  type Language,
  languages,
  type SiteData,
  type SiteState,
  siteStates,
} from '../electron/contract/model.ts';
import { nameKey } from '../electron/contract/name-key.ts';
import {
  createUpdater,
  readJson,
  readProblem,
  unreadable,
  wordReader,
  writeJson,
  writeProblem,
} from './rows.ts';
import type { Connection, SqlValue } from './sqlite.ts';
import type { Store } from './store.ts';
import type { SiteRecord } from './types.ts';
import type { Writer } from './writer.ts';

interface SiteRow {
  readonly id: string;
  readonly name: string;
  readonly businessType: string;
  readonly country: string;
  readonly timeZone: string;
  readonly street: string;
  readonly postcode: string;
  readonly city: string;
  readonly ownerName: string;
  readonly ownerEmail: string;
  readonly ownerEmailRepeated: string;
  readonly ownerLanguage: string;
  readonly tenant: string;
  readonly voucher: string;
  readonly notes: string;
  readonly state: string;
  readonly attention: string | null;
  readonly cloudId: string | null;
  readonly siteUid: string | null;
  readonly invitationId: string | null;
  readonly invitation: string | null;
  readonly finishedAt: number | null;
  readonly finishedBy: string | null;
  readonly releasedAt: number | null;
  readonly lastWorkedAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const select = `
  SELECT id, name, business_type AS businessType, country, time_zone AS timeZone, street, postcode, city,
    owner_name AS ownerName, owner_email AS ownerEmail, owner_email_repeated AS ownerEmailRepeated,
    owner_language AS ownerLanguage, tenant, voucher, notes, state, attention, cloud_id AS cloudId,
    site_uid AS siteUid, invitation_id AS invitationId, invitation, finished_at AS finishedAt,
    finished_by AS finishedBy, released_at AS releasedAt, last_worked_at AS lastWorkedAt,
    created_at AS createdAt, updated_at AS updatedAt
  FROM sites`;

/** Where each member that the work changes stands, and how it is written. */
const changeable: Readonly<Record<string, { column: string; write?: (value: never) => SqlValue }>> = {
  state: { column: 'state' },
  attention: { column: 'attention', write: writeProblem },
  cloudId: { column: 'cloud_id' },
  siteUid: { column: 'site_uid' },
  invitationId: { column: 'invitation_id' },
  invitation: {
    column: 'invitation',
    write: (value: Invitation | null) => (value === null ? null : writeJson(value)),
  },
  finishedAt: { column: 'finished_at' },
  finishedBy: { column: 'finished_by' },
  releasedAt: { column: 'released_at' },
  lastWorkedAt: { column: 'last_worked_at' },
};

/** Sites as entered, and what the work has made of them. */
export function createSites(db: Connection, writer: Writer): Store['sites'] {
  const update = createUpdater(db, 'sites');
  const insert = db.prepare(`
    INSERT INTO sites (id, name, name_key, business_type, country, time_zone, street, postcode, city, owner_name,
      owner_email, owner_email_repeated, owner_language, tenant, voucher, notes, state, created_at, updated_at)
    VALUES (@id, @name, @name_key, @business_type, @country, @time_zone, @street, @postcode, @city, @owner_name,
      @owner_email, @owner_email_repeated, @owner_language, @tenant, @voucher, @notes, 'planned', @now, @now)`);
  const remove = db.prepare('DELETE FROM sites WHERE id = ?');
  const get = db.prepare<[string], SiteRow>(`${select} WHERE id = ?`);
  const byName = db.prepare<[string], SiteRow>(`${select} WHERE name_key = ? ORDER BY id LIMIT 1`);
  const all = db.prepare<[], SiteRow>(`${select} ORDER BY id`);

  const mustExist = (id: string, exists: boolean) => {
    if (!exists) throw new CodedError('site.not_found');
    writer.touched({ siteId: id });
  };

  return {
    insert(id, data, now) {
      insert.run({ id, ...columnsOf(data), now });
      writer.touched({ siteId: id });
    },
    update: (id, data, now) => mustExist(id, update(id, { ...columnsOf(data), updated_at: now })),
    change(id, change, now) {
      const columns: Record<string, SqlValue> = { updated_at: now };
      for (const [member, value] of Object.entries(change)) {
        const target = changeable[member];
        if (target === undefined || value === undefined) continue;
        columns[target.column] =
          target.write === undefined ? (value as SqlValue) : target.write(value as never);
      }
      mustExist(id, update(id, columns));
    },
    remove: (id) => mustExist(id, remove.run(id).changes > 0),
    get: (id) => parse(get.get(id)),
    findByName: (name) => parse(byName.get(nameKey(name))),
    all: () => all.all().map(siteOf),
  };
}

function columnsOf(data: SiteData): Record<string, SqlValue> {
  return {
    name: data.name,
    name_key: nameKey(data.name),
    business_type: data.businessType,
    country: data.country,
    time_zone: data.timeZone,
    street: data.address.street,
    postcode: data.address.postcode,
    city: data.address.city,
    owner_name: data.owner.fullName,
    owner_email: data.owner.email,
    owner_email_repeated: data.owner.emailRepeated,
    owner_language: data.owner.language,
    tenant: data.tenant,
    voucher: data.voucher,
    notes: data.notes,
  };
}

const readState = wordReader<SiteState>('sites', 'state', siteStates);
const readLanguage = wordReader<Language>('sites', 'owner_language', languages);

function readInvitation(text: string | null): Invitation | null {
  if (text === null) return null;
  const parsed = invitationSchema.safeParse(readJson('sites', 'invitation', text));
  if (!parsed.success) throw unreadable('sites', 'invitation');
  return parsed.data;
}

function parse(row: SiteRow | undefined): SiteRecord | undefined {
  return row === undefined ? undefined : siteOf(row);
}

function siteOf(row: SiteRow): SiteRecord {
  return {
    id: row.id,
    name: row.name,
    businessType: row.businessType,
    country: row.country,
    timeZone: row.timeZone,
    address: { street: row.street, postcode: row.postcode, city: row.city },
    owner: {
      fullName: row.ownerName,
      email: row.ownerEmail,
      emailRepeated: row.ownerEmailRepeated,
      language: readLanguage(row.ownerLanguage),
    },
    tenant: row.tenant,
    voucher: row.voucher,
    notes: row.notes,
    state: readState(row.state),
    attention: readProblem('sites', row.attention),
    cloudId: row.cloudId,
    siteUid: row.siteUid,
    invitationId: row.invitationId,
    invitation: readInvitation(row.invitation),
    finishedAt: row.finishedAt,
    finishedBy: row.finishedBy,
    releasedAt: row.releasedAt,
    lastWorkedAt: row.lastWorkedAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
