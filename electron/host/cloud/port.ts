import type { FrozenRequest } from '../../../db/types.ts';
import type { Language, Radio } from '../../contract/index.ts';
import type { IqLimits } from '../rules/index.ts';
import type { AnswerHeard } from './transport.ts';

/** The person signed in, and the cloud's own rules (`GET /me`). */
export interface Me {
  readonly person: { readonly fullName: string; readonly email: string; readonly company: string };
  readonly companyId: string;
  readonly tenants: readonly { readonly id: string; readonly name: string }[];
  readonly businessTypes: readonly string[];
  /** By IQ model; `*` for all that are not named. */
  readonly limits: ReadonlyMap<string, IqLimits>;
  readonly lockLimits: {
    readonly openingTimeSeconds: { readonly min: number; readonly max: number };
    readonly auditTrailDays: { readonly min: number; readonly max: number };
  };
}

/** Times are RFC 3339 by the cloud's clock. */
export interface CloudInvitation {
  readonly id: string;
  readonly state: 'queued' | 'sent' | 'accepted' | 'expired' | 'bounced' | 'account_exists' | 'unknown';
  readonly email: string;
  readonly sentAt: string | null;
  readonly expiresAt: string | null;
  readonly acceptedAt: string | null;
}

export interface CloudInstallation {
  readonly id: string;
  readonly siteUid: string;
  readonly state: 'in_progress' | 'released' | 'unknown';
  readonly invitation: CloudInvitation | null;
  readonly releasedAt: string | null;
}

export interface CloudSubscription {
  readonly seats: number;
  readonly endsAt: string;
}

export interface CloudDevice {
  readonly id: string;
  readonly mac: string | null;
  /** Null for an IQ. */
  readonly radio: Radio | 'unknown' | null;
  /** A lock's seat (C20); null for everything else. */
  readonly subscription: 'subscribed' | 'suspended' | 'unknown' | null;
}

export interface TreeItem {
  readonly id: string;
  /** A repeater that stands earlier in the list; null is the IQ. */
  readonly parentId: string | null;
  readonly kind: 'lock' | 'repeater' | 'unknown';
}

export interface CloudTree {
  readonly items: readonly TreeItem[];
  readonly etag: string | null;
}

/** The installer's statement that the work is done, held by the cloud against what is registered (C26, C32). */
export interface FinishStatement {
  /** RFC 3339, by the laptop's clock corrected by the measured offset (C4). */
  readonly finishedAt: string;
  readonly expected: { readonly iqs: number; readonly repeaters: number; readonly locks: number };
}

export interface NewInstallation {
  readonly name: string;
  readonly businessType: string;
  readonly country: string;
  readonly timeZone: string;
  readonly tenantId: string;
  readonly address: { readonly street: string; readonly postcode: string; readonly city: string };
  readonly owner: { readonly fullName: string; readonly email: string; readonly language: Language };
}

interface NewDevice {
  readonly name: string;
  readonly activationCode: string;
  readonly mac: string | null;
}

/** What a registered lock is (`LockType` of the contract). */
export type LockType =
  | 'unknown'
  | 'cylinder'
  | 'escutcheon'
  | 'escutcheon_pin'
  | 'wall_reader'
  | 'wall_reader_pin';

/** Everything the outbox may ask of the cloud, under the names of its intents. */
export type CloudWrite =
  | { readonly kind: 'create_installation'; readonly installation: NewInstallation }
  | { readonly kind: 'update_installation'; readonly installationId: string; readonly ownerEmail: string }
  | { readonly kind: 'redeem_voucher'; readonly installationId: string; readonly voucher: string }
  | {
      readonly kind: 'add_iq';
      readonly installationId: string;
      readonly iq: NewDevice & { readonly model: string | null; readonly timeZone: string | null };
    }
  | {
      readonly kind: 'add_repeater';
      readonly installationId: string;
      readonly repeater: NewDevice & { readonly radio: Radio };
    }
  | {
      readonly kind: 'add_lock';
      readonly installationId: string;
      readonly lock: NewDevice & {
        readonly radio: Radio;
        readonly lockType: LockType;
        readonly floor: string | null;
      };
    }
  | {
      readonly kind: 'replace_tree';
      readonly installationId: string;
      readonly iqId: string;
      readonly items: readonly TreeItem[];
      readonly etag: string | null;
    }
  | { readonly kind: 'invite_owner'; readonly installationId: string; readonly finish: FinishStatement }
  | {
      readonly kind: 'correct_invitation';
      readonly installationId: string;
      readonly invitationId: string;
      readonly email: string;
    }
  | { readonly kind: 'resend_invitation'; readonly installationId: string; readonly invitationId: string }
  | { readonly kind: 'release'; readonly installationId: string; readonly finish: FinishStatement };

/** What each write answers. */
export interface WriteAnswers {
  readonly create_installation: CloudInstallation;
  readonly update_installation: CloudInstallation;
  readonly redeem_voucher: CloudSubscription;
  readonly add_iq: CloudDevice;
  readonly add_repeater: CloudDevice;
  readonly add_lock: CloudDevice;
  readonly replace_tree: CloudTree;
  readonly invite_owner: CloudInvitation;
  readonly correct_invitation: CloudInvitation;
  readonly resend_invitation: CloudInvitation;
  readonly release: CloudInstallation;
}
export type WriteKind = keyof WriteAnswers;

/** An answer with the kind it belongs to, so that it can be told apart without asking the request. */
export type CloudAnswer = {
  [K in WriteKind]: { readonly kind: K; readonly value: WriteAnswers[K] };
}[WriteKind];

/**
 * The cloud as Doorstep needs it; everything vendor-specific sits behind this. All calls throw `CloudFailure`
 * for what the cloud or the way to it did, or the `account.*` errors of the token they were given; all keep
 * to time and size limits of their own and end early when `signal` is aborted.
 */
export interface CloudPort {
  /** The person and the rules. */
  me(signal: AbortSignal): Promise<{ readonly me: Me; readonly wire: unknown }>;
  installation(installationId: string, signal: AbortSignal): Promise<CloudInstallation>;
  /** All registered devices of a kind. */
  devices(
    kind: 'iq' | 'repeater' | 'lock',
    installationId: string,
    signal: AbortSignal,
  ): Promise<readonly CloudDevice[]>;
  /** The tree below an IQ, with the `ETag` that a change must carry. */
  tree(installationId: string, iqId: string, signal: AbortSignal): Promise<CloudTree>;
  /** The request of a write, ready to be frozen. Pure. */
  request(write: CloudWrite): FrozenRequest;
  /** Sends a frozen request under its idempotency key. */
  send(kind: WriteKind, request: FrozenRequest, key: string, signal: AbortSignal): Promise<CloudAnswer>;
  /** Tells of every answer, whatever it says: the cloud is there, and so is its clock. Ends with the returned function. */
  onAnswer(listener: (heard: AnswerHeard) => void): () => void;
}
