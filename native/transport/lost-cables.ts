import type { FoundWay } from './finder-types.ts';
import { type FoundGroup, wayOf } from './merge.ts';

/** How long a pulled cable is told of beside the way that is left: long enough to look up from the work. */
export const PULLED_SHOWN_MS = 60_000;

/** Remembers the cables of devices that are still there over Bluetooth, so that the list can say what has changed. */
export class LostCables {
  readonly #cables = new Map<string, { readonly way: FoundWay; readonly lost: number | null }>();

  /** Takes note of what is there, and adds the cables that are gone; `ticks` is a clock that only rises. */
  addTo(groups: readonly FoundGroup[], ticks: number): FoundGroup[] {
    const there = new Set(groups.map(({ device }) => device.id));
    for (const id of this.#cables.keys()) if (!there.has(id)) this.#cables.delete(id);
    return groups.map((group) => this.#withLost(group, ticks));
  }

  #withLost(group: FoundGroup, ticks: number): FoundGroup {
    const { device, ways } = group;
    const cable = ways.find(({ transport }) => transport === 'usb');
    if (cable !== undefined) {
      this.#cables.set(device.id, { way: wayOf(cable), lost: null });
      return group;
    }
    const known = this.#cables.get(device.id);
    if (known === undefined) return group;
    const lost = known.lost ?? ticks;
    if (ticks - lost > PULLED_SHOWN_MS) {
      this.#cables.delete(device.id);
      return group;
    }
    this.#cables.set(device.id, { way: known.way, lost });
    const problem = { code: 'serial.port_gone', params: { path: known.way.place } } as const;
    return { ways, device: { ...device, ways: [...device.ways, { ...known.way, problem }] } };
  }
}
