import type { Store } from '../../../db/store.ts';
import type { DeviceRecord, Intent, SiteRecord } from '../../../db/types.ts';
import { CodedError, type DeviceModel, type Radio } from '../../contract/index.ts';
import type { CloudWrite, FinishStatement, LockType, Me, TreeItem } from '../cloud/index.ts';
import { emailPayloadSchema, finishPayloadSchema, treeBelow } from '../handover/index.ts';
import { isLockId, nameKey } from '../rules/index.ts';

/** What an intent's request is made of. */
export interface World {
  readonly store: Store;
  readonly site: SiteRecord;
  /** The account's tenants and rules; null before it was ever read. */
  readonly me: Me | null;
}

/** An id that an earlier intent must have brought; without it the order was broken, which is our fault alone. */
function broughtBefore(id: string | null | undefined, what: string): string {
  if (id === null || id === undefined) throw new CodedError('app.internal', { reason: `no ${what}` });
  return id;
}

/** The site’s id in the cloud; an intent before this one brought it. */
export function installationId({ site }: World): string {
  return broughtBefore(site.cloudId, 'installation');
}

/** The tenant that the site names, or the account's only one. */
function tenantId({ site, me }: World): string {
  const tenants = me?.tenants ?? [];
  const wanted = site.tenant.trim();
  const found =
    wanted === '' && tenants.length === 1
      ? tenants[0]
      : tenants.find(({ name }) => nameKey(name) === nameKey(wanted));
  if (found === undefined) {
    throw new CodedError('TENANT_MISSING', {
      tenant: wanted,
      tenants: tenants.map(({ name }) => name).join(', '),
    });
  }
  return found.id;
}

function createInstallation(world: World): CloudWrite {
  const { name, businessType, country, timeZone, address, owner } = world.site;
  const { fullName, email, language } = owner;
  return {
    kind: 'create_installation',
    installation: {
      name,
      businessType,
      country,
      timeZone,
      tenantId: tenantId(world),
      address,
      owner: { fullName, email: email.trim(), language },
    },
  };
}

/** The device that an intent is about. */
export function subjectOf({ store }: World, intent: Intent): DeviceRecord {
  const device = intent.subjectId === null ? undefined : store.devices.get(intent.subjectId);
  if (device === undefined) throw new CodedError('app.internal', { reason: 'no device' });
  return device;
}

/**
 * The captured code. Of a lock or repeater without one its id stands in: it is what their labels print. A hub's code
 * is never its MAC (product.md, Formats).
 */
function activationCode({ store }: World, device: DeviceRecord): string {
  const code = device.hasActivationCode ? store.devices.activationCode(device.id) : null;
  const found = code ?? (device.kind === 'iq' ? null : device.mac);
  if (found === null)
    throw new CodedError('cloud.device_incomplete', { device: device.name, field: 'activation code' });
  return found;
}

/** The radio that was read from the device, or that its id tells. */
function radioOf(device: DeviceRecord): Radio {
  if (device.radio !== null) return device.radio;
  if (device.mac === null)
    throw new CodedError('cloud.device_incomplete', { device: device.name, field: 'radio' });
  return isLockId(device.mac) ? 'blue_net' : 'rf_net';
}

/** The cloud's lock types (`LockType` of its contract); it has none for a cylinder with PIN. */
const lockTypes: Partial<Record<DeviceModel, LockType>> = {
  cylinder: 'cylinder',
  cylinder_pin: 'cylinder',
  escutcheon: 'escutcheon',
  escutcheon_pin: 'escutcheon_pin',
  wall_reader: 'wall_reader',
  wall_reader_pin: 'wall_reader_pin',
};

function addDevice(world: World, device: DeviceRecord): CloudWrite {
  const installation = { installationId: installationId(world) };
  const common = { name: device.name, activationCode: activationCode(world, device), mac: device.mac };
  if (device.kind === 'iq') {
    const iq = { ...common, model: device.model, timeZone: world.site.timeZone || null };
    return { kind: 'add_iq', ...installation, iq };
  }
  const radio = radioOf(device);
  if (device.kind === 'repeater')
    return { kind: 'add_repeater', ...installation, repeater: { ...common, radio } };
  const lockType = (device.model && lockTypes[device.model]) ?? 'unknown';
  return {
    kind: 'add_lock',
    ...installation,
    lock: { ...common, radio, lockType, floor: device.floor || null },
  };
}

/** The tree below a hub in the cloud's ids; order is data (A45, C23). */
export function treeItems({ store, site }: World, hub: DeviceRecord): TreeItem[] {
  const below = treeBelow(hub.id, store.devices.ofSite(site.id));
  const byId = new Map(below.map((device) => [device.id, device]));
  return below.map((device) => {
    const parent = device.parentId === hub.id ? null : byId.get(device.parentId ?? '');
    return {
      id: broughtBefore(device.cloudId, device.kind),
      parentId: parent === null ? null : broughtBefore(parent?.cloudId, 'parent'),
      kind: device.kind === 'repeater' ? 'repeater' : 'lock',
    };
  });
}

/** The finish as the cloud wants it: in its own time (C4), measured at the finish or, failing that, since. */
function finishStatement({ store }: World, intent: Intent): FinishStatement {
  const { finishedAt, clockOffsetMs, expected } = finishPayloadSchema.parse(intent.payload);
  const offsetMs = clockOffsetMs ?? store.account.get()?.clockOffsetMs ?? 0;
  return { finishedAt: new Date(finishedAt + offsetMs).toISOString(), expected };
}

/**
 * The write of an intent, from the records as they are now. A tree needs its `ETag` and is made by its own function.
 * Throws `TENANT_MISSING`, `cloud.device_incomplete`.
 */
export function writeOf(world: World, intent: Intent): CloudWrite {
  switch (intent.kind) {
    case 'create_installation':
      return createInstallation(world);
    case 'update_installation': {
      const { email } = emailPayloadSchema.parse(intent.payload);
      return { kind: intent.kind, installationId: installationId(world), ownerEmail: email };
    }
    case 'redeem_voucher':
      return {
        kind: intent.kind,
        installationId: installationId(world),
        voucher: world.site.voucher.trim().toUpperCase(),
      };
    case 'add_iq':
    case 'add_repeater':
    case 'add_lock':
      return addDevice(world, subjectOf(world, intent));
    case 'replace_tree': {
      const hub = subjectOf(world, intent);
      const iqId = broughtBefore(hub.cloudId, 'iq');
      return {
        kind: intent.kind,
        installationId: installationId(world),
        iqId,
        items: treeItems(world, hub),
        etag: null,
      };
    }
    case 'invite_owner':
    case 'release':
      return {
        kind: intent.kind,
        installationId: installationId(world),
        finish: finishStatement(world, intent),
      };
    case 'correct_invitation':
    case 'resend_invitation': {
      const invitationId = broughtBefore(world.site.invitationId, 'invitation');
      const ids = { installationId: installationId(world), invitationId };
      if (intent.kind === 'resend_invitation') return { kind: intent.kind, ...ids };
      return { kind: intent.kind, ...ids, email: emailPayloadSchema.parse(intent.payload).email };
    }
  }
}
