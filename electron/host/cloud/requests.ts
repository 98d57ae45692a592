import type { FrozenRequest } from '../../../db/types.ts';
import type { paths } from './openapi.gen.ts';
import type { CloudWrite, FinishStatement } from './port.ts';

type Method = 'post' | 'put' | 'patch';
type BodyOf<P extends keyof paths, M extends Method> = paths[P][M] extends {
  requestBody: { content: { 'application/json': infer Body } };
}
  ? Body
  : undefined;
type IdsOf<P extends keyof paths, M extends Method> = paths[P][M] extends { parameters: { path: infer Ids } }
  ? Ids
  : Record<string, never>;

/** A request whose path, ids and body the contract's generated types have checked. */
function write<P extends keyof paths, M extends Method>(
  method: M,
  template: P,
  ids: IdsOf<P, M>,
  body: BodyOf<P, M>,
  ifMatch: string | null = null,
): FrozenRequest {
  const values = ids as Readonly<Record<string, string>>;
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  const verb = method.toUpperCase() as FrozenRequest['method'];
  return { method: verb, path, query: {}, ifMatch, body: body ?? null };
}

/** Text as the contract wants it: NFC, not blank at either end. */
const clean = (text: string) => text.normalize('NFC').trim();

const finishBody = ({ finishedAt, expected }: FinishStatement) => ({ finished_at: finishedAt, expected });

/** The request of a write. Pure: the same write gives the same request. */
export function requestOf(call: CloudWrite): FrozenRequest {
  switch (call.kind) {
    case 'create_installation': {
      const { installation: of } = call;
      return write(
        'post',
        '/installations',
        {},
        {
          customer_reference: clean(of.name),
          business_type: of.businessType,
          country_code: of.country,
          time_zone: of.timeZone,
          tenant_id: of.tenantId,
          address: {
            street: clean(of.address.street),
            postcode: clean(of.address.postcode),
            city: clean(of.address.city),
          },
          owner: { full_name: clean(of.owner.fullName), email: of.owner.email, language: of.owner.language },
        },
      );
    }
    case 'update_installation':
      return write(
        'patch',
        '/installations/{installation_id}',
        { installation_id: call.installationId },
        {
          owner: { email: call.ownerEmail },
        },
      );
    case 'redeem_voucher':
      return write(
        'put',
        '/installations/{installation_id}/subscription',
        { installation_id: call.installationId },
        {
          voucher_code: call.voucher,
        },
      );
    case 'add_iq':
    case 'add_repeater':
    case 'add_lock':
      return deviceRequest(call);
    case 'replace_tree': {
      const ids = { installation_id: call.installationId, iq_id: call.iqId };
      const items = call.items.map((item) => ({
        id: item.id,
        parent_id: item.parentId,
        hardware_type: item.kind === 'repeater' ? ('repeater' as const) : ('lock' as const),
      }));
      return write(
        'put',
        '/installations/{installation_id}/iqs/{iq_id}/tree',
        ids,
        { iq_tree_items: items },
        call.etag,
      );
    }
    case 'invite_owner':
      return write(
        'post',
        '/installations/{installation_id}/invitations',
        { installation_id: call.installationId },
        finishBody(call.finish),
      );
    case 'correct_invitation':
      return write(
        'patch',
        '/installations/{installation_id}/invitations/{invitation_id}',
        invitationIds(call),
        {
          email: call.email,
        },
      );
    case 'resend_invitation':
      return write(
        'post',
        '/installations/{installation_id}/invitations/{invitation_id}/resend',
        invitationIds(call),
        undefined,
      );
    case 'release':
      return write(
        'put',
        '/installations/{installation_id}/release',
        { installation_id: call.installationId },
        finishBody(call.finish),
      );
  }
}

function invitationIds(call: { readonly installationId: string; readonly invitationId: string }) {
  return { installation_id: call.installationId, invitation_id: call.invitationId };
}

function deviceRequest(
  call: Extract<CloudWrite, { kind: 'add_iq' | 'add_repeater' | 'add_lock' }>,
): FrozenRequest {
  const ids = { installation_id: call.installationId };
  switch (call.kind) {
    case 'add_iq':
      return write('post', '/installations/{installation_id}/iqs', ids, {
        customer_reference: clean(call.iq.name),
        activation_code: call.iq.activationCode,
        mac: call.iq.mac,
        ...(call.iq.model === null ? {} : { model: call.iq.model }),
        ...(call.iq.timeZone === null ? {} : { time_zone: call.iq.timeZone }),
      });
    case 'add_repeater':
      return write('post', '/installations/{installation_id}/repeaters', ids, {
        customer_reference: clean(call.repeater.name),
        activation_code: call.repeater.activationCode,
        mac: call.repeater.mac,
        communication_type: call.repeater.radio,
      });
    case 'add_lock':
      return write('post', '/installations/{installation_id}/locks', ids, {
        customer_reference: clean(call.lock.name),
        activation_code: call.lock.activationCode,
        mac: call.lock.mac,
        communication_type: call.lock.radio,
        lock_type: call.lock.lockType,
        floor: call.lock.floor,
      });
  }
}
