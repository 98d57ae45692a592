import * as z from 'zod';
import type { Me } from './port.ts';

/** Ids of the cloud; wider than RFC 9562, since another cloud may count differently. */
const id = z.guid();
const time = z.iso.datetime();
const text = z.string().max(10_000);

/** An enum of the cloud: a value nobody knows yet counts as `unknown` (openapi.yaml, Form). */
const known = <const T extends readonly [string, ...string[]]>(values: T) =>
  z
    .string()
    .max(100)
    .transform((value): T[number] | 'unknown' => (values.includes(value) ? value : 'unknown'));

const named = z
  .object({ id, customer_reference: text })
  .transform(({ id, customer_reference }) => ({ id, name: customer_reference }));

const limits = z.object({
  model: text,
  locks_max: z.int(),
  repeaters_max: z.int(),
  repeater_depth_max: z.int(),
  repeater_branches_max: z.int(),
  blue_net_lock_beside_repeater: z.boolean(),
});

const range = z.object({ min: z.int(), max: z.int() });

export const meSchema = z
  .object({
    installer: z.object({ full_name: text, email: text }),
    company: named,
    tenants: z.array(named).min(1).max(10_000),
    business_types: z.array(text).max(1000),
    limits: z.array(limits).max(1000),
    lock_limits: z.object({ opening_time_seconds: range, audit_trail_days: range }),
  })
  .transform(
    (me): Me => ({
      person: { fullName: me.installer.full_name, email: me.installer.email, company: me.company.name },
      companyId: me.company.id,
      tenants: me.tenants,
      businessTypes: me.business_types,
      limits: new Map(
        me.limits.map((of) => [
          of.model,
          {
            locksMax: of.locks_max,
            repeatersMax: of.repeaters_max,
            repeaterDepthMax: of.repeater_depth_max,
            repeaterBranchesMax: of.repeater_branches_max,
            blueNetLockBesideRepeater: of.blue_net_lock_beside_repeater,
          },
        ]),
      ),
      lockLimits: {
        openingTimeSeconds: me.lock_limits.opening_time_seconds,
        auditTrailDays: me.lock_limits.audit_trail_days,
      },
    }),
  );

export const invitationAnswerSchema = z
  .object({
    id,
    invitation_state: known(['queued', 'sent', 'accepted', 'expired', 'bounced', 'account_exists']),
    email: text,
    sent_at: time.nullable(),
    expires_at: time.nullable(),
    accepted_at: time.nullable(),
  })
  .transform((answer) => ({
    id: answer.id,
    state: answer.invitation_state,
    email: answer.email,
    sentAt: answer.sent_at,
    expiresAt: answer.expires_at,
    acceptedAt: answer.accepted_at,
  }));

export const installationAnswerSchema = z
  .object({
    id,
    site_uid: z.string().max(40),
    installation_state: known(['in_progress', 'released']),
    invitation: invitationAnswerSchema.nullable(),
    released_at: time.nullable(),
  })
  .transform((answer) => ({
    id: answer.id,
    siteUid: answer.site_uid,
    state: answer.installation_state,
    invitation: answer.invitation,
    releasedAt: answer.released_at,
  }));

export const subscriptionAnswerSchema = z
  .object({ seats: z.int(), ends_at: time })
  .transform(({ seats, ends_at }) => ({ seats, endsAt: ends_at }));

/** An IQ, repeater or lock: what they have in common, and what only locks (a seat) or radios have. */
export const deviceAnswerSchema = z
  .object({
    id,
    mac: z.string().max(40).nullable(),
    communication_type: known(['blue_net', 'rf_net']).optional(),
    subscription_state: known(['subscribed', 'suspended']).optional(),
  })
  .transform((answer) => ({
    id: answer.id,
    mac: answer.mac,
    radio: answer.communication_type ?? null,
    subscription: answer.subscription_state ?? null,
  }));

export const treeAnswerSchema = z
  .object({
    iq_tree_items: z
      .array(z.object({ id, parent_id: id.nullable(), hardware_type: known(['lock', 'repeater']) }))
      .max(10_000),
  })
  .transform(({ iq_tree_items }) =>
    iq_tree_items.map((item) => ({ id: item.id, parentId: item.parent_id, kind: item.hardware_type })),
  );
