import type { DeviceRecord, NewIntent } from '../../../db/types.ts';
import type { ExpectedCounts } from './payloads.ts';

/** The devices below a hub as its tree lists them: depth first, parents before children, by position (A45). */
export function treeBelow(hubId: string, devices: readonly DeviceRecord[]): DeviceRecord[] {
  const children = Map.groupBy(devices, (device) => device.parentId);
  const listed = new Set<string>();
  const below = (parentId: string): DeviceRecord[] =>
    (children.get(parentId) ?? [])
      .filter((device) => !listed.has(device.id))
      .sort((one, other) => one.position - other.position)
      .flatMap((device) => {
        listed.add(device.id);
        return [device, ...below(device.id)];
      });
  return below(hubId);
}

/** What is there to be registered; the cloud holds invitation and release against it (C26, C32). */
export function countExpected(devices: readonly DeviceRecord[]): ExpectedCounts {
  const count = (kind: DeviceRecord['kind']) => devices.filter((device) => device.kind === kind).length;
  return { iqs: count('iq'), repeaters: count('repeater'), locks: count('lock') };
}

const kindOfDevice = { iq: 'add_iq', repeater: 'add_repeater', lock: 'add_lock' } as const;

export interface HandoverPlan {
  readonly siteId: string;
  /** Blank where the site has none. */
  readonly voucher: string;
  readonly devices: readonly DeviceRecord[];
  /** What invitation and release tell of the finish. */
  readonly finish: unknown;
  readonly newId: () => string;
}

/**
 * The intents that bring a finished site to the cloud, in their order (cloud.md, Order for one site): installation;
 * then voucher, hubs and repeaters beside each other; locks after the voucher, so that their seats are told as
 * they are (C20); a tree when all of it is registered; the invitation after everything; the release after the
 * invitation. A hub without devices has its empty tree already.
 */
export function planHandover({ siteId, voucher, devices, finish, newId }: HandoverPlan): NewIntent[] {
  const intents: NewIntent[] = [];
  function intent(
    kind: NewIntent['kind'],
    needs: readonly string[],
    subjectId: string | null = null,
    payload: unknown = null,
  ) {
    const id = newId();
    intents.push({ id, siteId, kind, subjectId, payload, needs });
    return id;
  }

  const site = intent('create_installation', []);
  const vouchers = voucher.trim() === '' ? [] : [intent('redeem_voucher', [site])];
  const added = new Map<string, string>();
  for (const device of devices) {
    const needs = device.kind === 'lock' ? [site, ...vouchers] : [site];
    added.set(device.id, intent(kindOfDevice[device.kind], needs, device.id));
  }
  const trees = devices
    .filter((device) => device.kind === 'iq')
    .map((hub) => [hub, ...treeBelow(hub.id, devices)] as const)
    .filter((tree) => tree.length > 1)
    .map((tree) => {
      const needs = tree.flatMap((device) => added.get(device.id) ?? []);
      return intent('replace_tree', needs, tree[0].id);
    });
  const invitation = intent('invite_owner', [site, ...vouchers, ...added.values(), ...trees], null, finish);
  intent('release', [invitation], null, finish);
  return intents;
}
