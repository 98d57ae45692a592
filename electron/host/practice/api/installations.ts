import { parseTime } from '../clock.ts';
import { addressKey, type Cloud } from '../cloud.ts';
import { appendLedger } from '../ledger.ts';
import { ApiProblem, type Violation } from '../problem.ts';
import { businessTypes } from './account.ts';
import type { Answer, Call, Endpoint } from './call.ts';
import { createId } from './ids.ts';
import {
  countInstallations,
  entityTag,
  type InstallationFilter,
  type InstallationRow,
  installationView,
  readInstallation,
  readInstallations,
} from './installation-view.ts';
import { checkPage, listPage } from './lists.ts';

interface Owner {
  full_name: string;
  email: string;
  language: string;
}

interface InstallationCreate {
  customer_reference: string;
  business_type: string;
  country_code: string;
  time_zone: string;
  tenant_id: string;
  address: { street: string; postcode: string; city: string };
  owner: Owner;
}

type InstallationPatch = Partial<
  Pick<InstallationCreate, 'customer_reference' | 'business_type' | 'time_zone' | 'address'>
> & {
  owner?: Partial<Owner>;
};

/** Whether `name` is an IANA time zone that this machine knows. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function member(body: unknown, name: string): unknown {
  return body !== null && typeof body === 'object' ? (body as Record<string, unknown>)[name] : undefined;
}

/** What no schema can say about a time zone: whether there is one of this name (C17). */
export function checkTimeZone(_cloud: Cloud, call: Call): Violation[] {
  const value = member(call.body, 'time_zone');
  return typeof value === 'string' && !isTimeZone(value) ? [{ pointer: '/time_zone', rule: 'enum' }] : [];
}

function checkKnown(cloud: Cloud, call: Call): Violation[] {
  const violations = checkTimeZone(cloud, call);
  const businessType = member(call.body, 'business_type');
  if (typeof businessType === 'string' && !businessTypes.includes(businessType)) {
    violations.push({ pointer: '/business_type', rule: 'enum' });
  }
  return violations;
}

function checkTenant(call: Call): Violation[] {
  const tenantId = member(call.body, 'tenant_id');
  const { tenants } = call.installer.company;
  if (typeof tenantId !== 'string' || tenants.some((tenant) => tenant.id === tenantId.toLowerCase()))
    return [];
  return [{ pointer: '/tenant_id', rule: 'enum' }];
}

/** An installation as the answer to a call. */
export function installationAnswer(cloud: Cloud, id: string, now: number, status: 200 | 201 = 200): Answer {
  const body = installationView(readInstallation(cloud, id, now), now);
  return {
    status,
    body,
    etag: entityTag(body),
    ...(status === 201 && { location: `/v1/installations/${id}` }),
  };
}

export const listInstallations: Endpoint = {
  check: checkPage,
  handle(cloud, call) {
    const since = call.query.updated_since;
    const filter: InstallationFilter = {
      companyId: call.installer.company.id,
      state: (call.query.installation_state as InstallationFilter['state'] | undefined) ?? null,
      updatedSince: typeof since === 'string' ? (parseTime(since) ?? 0) : 0,
    };
    return listPage<InstallationRow>(cloud, call, {
      path: '/installations',
      count: () => countInstallations(cloud, filter, call.now),
      rows: (start, limit) => readInstallations(cloud, filter, start, limit, call.now),
      view: (row) => installationView(row, call.now),
    });
  },
};

export const createInstallation: Endpoint = {
  check: (cloud, call) => [...checkKnown(cloud, call), ...checkTenant(call)],
  handle(cloud, call) {
    const body = call.body as InstallationCreate;
    const id = createId(cloud, call.now);
    const earlier =
      cloud.store.get<{ count: number }>('SELECT count(*) AS count FROM installations')?.count ?? 0;
    cloud.store.insert('installations', {
      id,
      company_id: call.installer.company.id,
      site_uid: `${body.country_code}${String(earlier + 1).padStart(10, '0')}`,
      customer_reference: body.customer_reference,
      business_type: body.business_type,
      country_code: body.country_code,
      time_zone: body.time_zone,
      tenant_id: body.tenant_id.toLowerCase(),
      street: body.address.street,
      postcode: body.address.postcode,
      city: body.address.city,
      owner_name: body.owner.full_name,
      owner_email: body.owner.email,
      owner_key: addressKey(body.owner.email),
      owner_language: body.owner.language,
      created_at: call.now,
      created_by: call.installer.full_name,
      updated_at: call.now,
    });
    const entry = { installationId: id, subjectId: id, key: call.key, at: call.now };
    appendLedger(cloud.store, { ...entry, event: 'installation.created' });
    return installationAnswer(cloud, id, call.now, 201);
  },
};

export const getInstallation: Endpoint = {
  handle: (cloud, call) => installationAnswer(cloud, call.path.installation_id ?? '', call.now),
};

/** C18. */
export const updateInstallation: Endpoint = {
  check: checkKnown,
  handle(cloud, call) {
    const id = call.path.installation_id ?? '';
    const row = readInstallation(cloud, id, call.now);
    if (row.released_at !== null) throw new ApiProblem('installation_released');
    const changes = changedColumns(row, call.body as InstallationPatch);
    const names = Object.keys(changes);
    if (names.length > 0) {
      const assignments = names.map((name) => `${name} = ?`).join(', ');
      const sql = `UPDATE installations SET ${assignments}, updated_at = ? WHERE id = ?`;
      cloud.store.run(sql, ...Object.values(changes), call.now, id);
      const entry = { installationId: id, subjectId: id, key: call.key, at: call.now };
      appendLedger(cloud.store, { ...entry, event: 'installation.changed', detail: { changed: names } });
    }
    return installationAnswer(cloud, id, call.now);
  },
};

/** The columns that a patch really changes. @throws ApiProblem where the owner's data is closed (C18) */
function changedColumns(row: InstallationRow, patch: InstallationPatch): Record<string, string> {
  const wanted: Record<string, string | undefined> = {
    customer_reference: patch.customer_reference,
    business_type: patch.business_type,
    time_zone: patch.time_zone,
    street: patch.address?.street,
    postcode: patch.address?.postcode,
    city: patch.address?.city,
    owner_name: patch.owner?.full_name,
    owner_language: patch.owner?.language,
    ...changedAddress(row, patch.owner?.email),
  };
  const changes: Record<string, string> = {};
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined && value !== row[name as keyof InstallationRow]) changes[name] = value;
  }
  const isAccepted = row.invitation_id !== null && row.invitation_state === 'accepted';
  if (isAccepted && ('owner_name' in changes || 'owner_language' in changes)) {
    throw new ApiProblem('invitation_closed');
  }
  return changes;
}

function changedAddress(row: InstallationRow, email: string | undefined): Record<string, string> {
  if (email === undefined) return {};
  const key = addressKey(email);
  if (row.invitation_id === null) return { owner_email: email, owner_key: key };
  if (key !== row.owner_key) throw new ApiProblem('owner_email_locked');
  return {};
}
