import type {
  DeviceKind,
  DeviceModel,
  DeviceState,
  DoorCheck,
  Invitation,
  Problem,
  Radio,
  Reach,
  SiteData,
  SiteState,
} from '../electron/contract/index.ts';

/** A moment: milliseconds since the epoch by the laptop's clock. */
export type Moment = number;

/** Where something rests until it is woken, `nextAt` says this: the last moment that RFC 3339 can write. */
export const untilWoken: Moment = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A site as stored: what was entered, and what the work has made of it. */
export interface SiteRecord extends SiteData {
  readonly id: string;
  readonly state: SiteState;
  readonly attention: Problem | null;
  /** The cloud's id and UID, once created there. */
  readonly cloudId: string | null;
  readonly siteUid: string | null;
  readonly invitationId: string | null;
  readonly invitation: Invitation | null;
  readonly finishedAt: Moment | null;
  readonly finishedBy: string | null;
  readonly releasedAt: Moment | null;
  readonly lastWorkedAt: Moment | null;
  readonly createdAt: Moment;
  readonly updatedAt: Moment;
}

/** A planned place and the device bound to it. The activation code is sealed and read by its own function. */
export interface DeviceRecord {
  readonly id: string;
  readonly siteId: string;
  readonly parentId: string | null;
  readonly position: number;
  readonly kind: DeviceKind;
  readonly name: string;
  readonly model: DeviceModel | null;
  readonly radio: Radio | null;
  readonly mac: string | null;
  readonly hasActivationCode: boolean;
  readonly door: string;
  readonly floor: string;
  readonly notes: string;
  readonly state: DeviceState;
  readonly serial: string | null;
  readonly firmware: string | null;
  readonly rssi: number | null;
  readonly batteryPercent: number | null;
  readonly heardAt: Moment | null;
  readonly networkProven: boolean;
  /** When the battery was measured. */
  readonly batteryAt: Moment | null;
  /** What a hub measured last of its way to the cloud. */
  readonly reach: Reach | null;
  /** When the laptop last gave it the time, and what was then added to the laptop's own; null where it never was. */
  readonly clockSetAt: Moment | null;
  readonly clockOffsetMs: number | null;
  /** MAC of the hub that the device still believes to belong to, though it was not told to leave; else null. */
  readonly heldByHub: string | null;
  /** MAC of the repeater it hung on there; null for that hub itself. */
  readonly heldByParent: string | null;
  readonly cloudId: string | null;
  readonly subscription: 'subscribed' | 'suspended' | null;
}

/** One result of one door check; the history is kept, the newest counts. */
export interface CheckRecord {
  readonly deviceId: string;
  readonly check: DoorCheck;
  readonly result: 'passed' | 'failed';
  readonly by: string;
  readonly at: Moment;
  readonly detail: string;
}

export const intentKinds = [
  'create_installation',
  'update_installation',
  'redeem_voucher',
  'add_iq',
  'add_repeater',
  'add_lock',
  'replace_tree',
  'invite_owner',
  'correct_invitation',
  'resend_invitation',
  'release',
] as const;
export type IntentKind = (typeof intentKinds)[number];

/** A request frozen at its first try, so that every try carries the same one (C6, C9). Stored sealed. */
export interface FrozenRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly ifMatch: string | null;
  readonly body: unknown;
}

/** How one try of an intent ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | {
      readonly kind: 'retry';
      readonly afterMs: number;
      readonly problem: Problem;
      readonly uncertain: boolean;
    }
  | {
      readonly kind: 'paused';
      readonly reason: 'offline' | 'sign_in' | 'rate_limited';
      readonly afterMs: number | null;
      readonly uncertain: boolean;
    }
  /** `uncertain` where the last try ended in the unknown; absent after an answer, or where nothing was tried. */
  | { readonly kind: 'needs_person'; readonly problem: Problem; readonly uncertain?: boolean };

/** One intent for the cloud. Its id is the idempotency key. */
export interface Intent {
  readonly id: string;
  readonly siteId: string;
  readonly kind: IntentKind;
  /** The device it is about, or null. */
  readonly subjectId: string | null;
  /** What only this intent knows (an address to correct, the counts of a finish); sealed. */
  readonly payload: unknown;
  readonly state: 'waiting' | 'leased' | 'done' | 'needs_person';
  readonly attempts: number;
  readonly firstTriedAt: Moment | null;
  /** Waiting: not before this moment ({@link untilWoken} where it rests). Leased: when the lease ends. */
  readonly nextAt: Moment;
  /** A try may have reached the cloud, and no answer since has told (C2, C9): it must be repeated unchanged. */
  readonly uncertain: boolean;
  readonly problem: Problem | null;
  readonly result: unknown;
  readonly createdAt: Moment;
  readonly doneAt: Moment | null;
}

/** An intent to be written; `needs` are ids of intents that must be done before. */
export interface NewIntent {
  readonly id: string;
  readonly siteId: string;
  readonly kind: IntentKind;
  readonly subjectId: string | null;
  readonly payload: unknown;
  readonly needs: readonly string[];
}

/** One try of an intent, as history. */
export interface AttemptRecord {
  readonly intentId: string;
  readonly siteId: string;
  readonly kind: IntentKind;
  readonly at: Moment;
  readonly outcome: Outcome['kind'];
  /** Why it paused, else null. Pauses of one intent in a row for one reason are one record, the newest. */
  readonly reason: 'offline' | 'sign_in' | 'rate_limited' | null;
  readonly problem: Problem | null;
}

export interface WorkRecord {
  readonly id: string;
  readonly kind: string;
  readonly siteId: string;
  readonly deviceIds: readonly string[];
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly startedAt: Moment;
  readonly endedAt: Moment | null;
  readonly problem: Problem | null;
}

/** A Wi-Fi as a hub was given it; the name as hex, since it is bytes (A41). */
export interface WifiRecord {
  readonly ssidHex: string;
  readonly security: 'open' | 'wpa' | 'wpa2';
  readonly passphrase: string | null;
  readonly savedAt: Moment;
}

export interface AuditRecord {
  readonly id: string;
  readonly at: Moment;
  /** Who, or `app`. */
  readonly person: string;
  readonly siteId: string | null;
  readonly action: string;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

/** What the cloud told of the person signed in and of its rules; stored as it came, parsed by schema. */
export interface AccountRecord {
  readonly me: unknown;
  /** Refresh and access token with its end; sealed. */
  readonly tokens: unknown;
  /** Cloud's clock minus the laptop's. */
  readonly clockOffsetMs: number | null;
  readonly updatedAt: Moment;
}
