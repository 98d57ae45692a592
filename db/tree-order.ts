/** What the order of a tree is made from. */
interface Placed {
  readonly id: string;
  readonly parentId: string | null;
}

/**
 * Parents before children: each followed by everything below it. Siblings keep the order they come in. What hangs
 * on nothing that is here comes last; nothing is left out, even where the parents go in a circle.
 */
export function inTreeOrder<T extends Placed>(siblingsInOrder: readonly T[]): T[] {
  const below = new Map<string | null, T[]>();
  for (const device of siblingsInOrder) {
    const siblings = below.get(device.parentId);
    if (siblings === undefined) below.set(device.parentId, [device]);
    else siblings.push(device);
  }
  const ordered = new Set<T>();
  const walk = (device: T) => {
    if (ordered.has(device)) return;
    ordered.add(device);
    for (const child of below.get(device.id) ?? []) walk(child);
  };
  for (const root of below.get(null) ?? []) walk(root);
  for (const rest of siblingsInOrder) walk(rest);
  return [...ordered];
}
