import type { Device } from '../../../../electron/contract/model.ts';

/** One line before a name: nothing, a branch that goes on past this row, one that turns off here, or one that ends here. */
export type Guide = 'gap' | 'through' | 'turn' | 'end';

/** A row of the tree as it is drawn. */
export interface TreeRow {
  readonly device: Device;
  /** 1 for what hangs on nothing. */
  readonly level: number;
  readonly guides: readonly Guide[];
  readonly hasChildren: boolean;
  readonly folded: boolean;
  /** Place among its brothers, from 1, and how many they are. */
  readonly place: number;
  readonly brothers: number;
  /** All below it, however deep. */
  readonly below: readonly Device[];
}

/** The tree from top to bottom, in the order that is data (A45), without what is folded away. */
export function treeRows(devices: readonly Device[], folded: ReadonlySet<string>): TreeRow[] {
  const children = childrenOf(devices);
  const rows: TreeRow[] = [];
  const add = (brothers: readonly Device[], level: number, above: readonly boolean[]) => {
    brothers.forEach((device, index) => {
      const last = index === brothers.length - 1;
      const own = children.get(device.id) ?? [];
      const isFolded = folded.has(device.id);
      rows.push({
        device,
        level,
        guides:
          level === 1 ? [] : [...above.map((on): Guide => (on ? 'through' : 'gap')), last ? 'end' : 'turn'],
        hasChildren: own.length > 0,
        folded: isFolded,
        place: index + 1,
        brothers: brothers.length,
        below: belowIn(device.id, children),
      });
      if (!isFolded) add(own, level + 1, level === 1 ? [] : [...above, !last]);
    });
  };
  add(children.get(null) ?? [], 1, []);
  return rows;
}

/** All devices in the tree's order. */
export function inTreeOrder(devices: readonly Device[]): Device[] {
  return treeRows(devices, new Set()).map((row) => row.device);
}

/** The devices from the hub down to the one above `device`: the way its radio takes. */
export function wayTo(device: Device, devices: readonly Device[]): Device[] {
  const byId = new Map(devices.map((each) => [each.id, each]));
  const way: Device[] = [];
  let parentId = device.parentId;
  while (parentId !== null && way.length < devices.length) {
    const parent = byId.get(parentId);
    if (parent === undefined) break;
    way.unshift(parent);
    parentId = parent.parentId;
  }
  return way;
}

/** The hub that `device` hangs on, itself if it is one. */
export function hubOf(device: Device, devices: readonly Device[]): Device | undefined {
  return device.kind === 'iq' ? device : wayTo(device, devices).find((each) => each.kind === 'iq');
}

/** States of a hub in which the app has proved its code. */
const PAIRED: ReadonlySet<Device['state']> = new Set(['paired', 'configured', 'attached', 'tested']);
/** States from which a repeater or lock may be attached; `attach_pending` was interrupted. */
const ATTACHABLE: ReadonlySet<Device['state']> = new Set([
  'planned',
  'code_captured',
  'found',
  'attach_pending',
  'detached',
]);

/** Whether the hub has been paired. */
export function isPaired(hub: Device): boolean {
  return hub.kind === 'iq' && PAIRED.has(hub.state);
}

/** Whether a repeater or lock has a device and its hub does not hold it; what another one left untold is let free first. */
export function isAttachable({ kind, mac, state, heldByHub }: Device): boolean {
  return kind !== 'iq' && mac !== null && (ATTACHABLE.has(state) || heldByHub !== null);
}

/** What can be attached in one go: below the first paired hub that has any, in the tree's order. */
export function nextToAttach(devices: readonly Device[]): { hub: Device; devices: Device[] } | null {
  const ordered = inTreeOrder(devices);
  for (const hub of ordered.filter(isPaired)) {
    const ready = ordered.filter((each) => isAttachable(each) && hubOf(each, devices)?.id === hub.id);
    if (ready.length > 0) return { hub, devices: ready };
  }
  return null;
}

/** Places that a found device of `kind` may be bound to: planned, of the same kind, and still without a device. */
export function freePlaces(
  devices: readonly Device[],
  kind: 'iq' | 'repeater' | 'lock' | 'unknown',
): Device[] {
  return inTreeOrder(devices).filter(
    (each) => each.mac === null && (kind === 'unknown' || each.kind === kind),
  );
}

/** Where something new may hang: hubs and repeaters. */
export function possibleParents(devices: readonly Device[], self?: Device): Device[] {
  const below = new Set(self ? [self.id, ...allBelow(self, devices).map((each) => each.id)] : []);
  return inTreeOrder(devices).filter((each) => each.kind !== 'lock' && !below.has(each.id));
}

function childrenOf(devices: readonly Device[]): Map<string | null, Device[]> {
  const known = new Set(devices.map((device) => device.id));
  const children = new Map<string | null, Device[]>();
  for (const device of [...devices].sort((a, b) => a.position - b.position)) {
    const parentId = device.parentId !== null && known.has(device.parentId) ? device.parentId : null;
    const brothers = children.get(parentId);
    if (brothers) brothers.push(device);
    else children.set(parentId, [device]);
  }
  return children;
}

/** All devices below one, however deep. */
export function allBelow(device: Device, devices: readonly Device[]): Device[] {
  return belowIn(device.id, childrenOf(devices));
}

function belowIn(id: string, children: ReadonlyMap<string | null, readonly Device[]>): Device[] {
  return (children.get(id) ?? []).flatMap((child) => [child, ...belowIn(child.id, children)]);
}
