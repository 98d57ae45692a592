import type { Radio } from './models.ts';

/** A place, in metres. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** Whatever sends and hears in the field. */
export interface RadioNode {
  readonly id: string;
  /** A hub speaks both. */
  readonly radio: Radio | 'both';
  readonly powered: boolean;
  /** What walls, batteries and faults take away, in dB. */
  readonly lossDb: number;
}

/** What a lock or repeater says to its hub. */
export interface RadioCall {
  readonly id: string;
  readonly net: string;
  readonly what: 'here' | 'leaving' | 'detached';
}

/** What the hub answers: `unknown` to whoever is not its own. */
export type RadioReply = 'accepted' | 'detach' | 'unknown';

/** The hub's side of the field. */
export interface RadioHub extends RadioNode {
  /** The repeater above an item of the tree; undefined for the hub itself, and for strangers. */
  parentOf(id: string): string | undefined;
  isAttached(id: string): boolean;
  /** `rssi` in dBm, of the last hop below the hub or its repeater. */
  hear(call: RadioCall, rssi: number): RadioReply;
  /** The network for whoever presents the maintenance card, where the hub waits for that one without a ticket. */
  admitByCard(id: string, rssi: number): { readonly net: string; readonly ch: number } | undefined;
}

/** Weaker than this nobody is heard, in dBm. */
const SENSITIVITY_DBM = -95;
const RSSI_AT_ONE_METRE_DBM = -40;
/** Path loss indoors: 27 dB for every ten times the distance. */
const LOSS_PER_DECADE_DB = 27;
const RSSI_BOUNDS = { min: -127, max: 20 } as const;
/** No chain of repeaters is longer; a guard against a tree that bites its tail. */
const MAX_HOPS = 8;

/** The air between the devices of one place: who hears whom, and how well. */
export class RadioField {
  readonly #nodes = new Map<string, RadioNode>();
  readonly #hubs = new Map<string, RadioHub>();
  readonly #positions = new Map<string, Position>();
  /** Where the laptop stands. */
  laptop: Position = { x: 0, y: 0 };

  addHub(hub: RadioHub): void {
    this.#hubs.set(hub.id, hub);
    this.#nodes.set(hub.id, hub);
  }

  addMember(member: RadioNode): void {
    this.#nodes.set(member.id, member);
  }

  /** Moves a device; whoever was never placed stands at the origin. */
  place(id: string, position: Position): void {
    this.#positions.set(id, position);
  }

  /** dBm at which two devices hear each other; undefined where they do not. */
  rssiBetween(one: string, other: string): number | undefined {
    const [a, b] = [this.#nodes.get(one), this.#nodes.get(other)];
    if (a === undefined || b === undefined || !a.powered || !b.powered) return undefined;
    if (a.radio !== 'both' && b.radio !== 'both' && a.radio !== b.radio) return undefined;
    return rssiAt(distance(this.#positionOf(one), this.#positionOf(other)), a.lossDb + b.lossDb);
  }

  /** dBm at which the laptop hears a device; undefined where it does not. */
  rssiAtLaptop(id: string): number | undefined {
    const node = this.#nodes.get(id);
    if (node === undefined || !node.powered) return undefined;
    return rssiAt(distance(this.#positionOf(id), this.laptop), node.lossDb);
  }

  /** How far a device stands from the laptop, in metres. */
  metresToLaptop(id: string): number {
    return distance(this.#positionOf(id), this.laptop);
  }

  /** Moves a device away from the laptop, or nearer, along the line on which it stands. */
  placeAwayFromLaptop(id: string, metres: number): void {
    const { x, y } = this.#positionOf(id);
    const angle = Math.atan2(y - this.laptop.y, x - this.laptop.x);
    const away = { x: metres * Math.cos(angle), y: metres * Math.sin(angle) };
    this.place(id, { x: this.laptop.x + away.x, y: this.laptop.y + away.y });
  }

  /** Brings a call to a hub, over its repeaters; undefined where it is not heard. */
  call(hubId: string, call: RadioCall): { readonly reply: RadioReply; readonly rssi: number } | undefined {
    const hub = this.#hubs.get(hubId);
    const rssi = hub && this.#rssiOnTheWay(call.id, hub);
    if (hub === undefined || rssi === undefined) return undefined;
    return { reply: hub.hear(call, rssi), rssi };
  }

  /** Looks for a hub in reach that waits for this one's maintenance card. */
  searchByCard(
    id: string,
  ): { readonly iq: string; readonly net: string; readonly ch: number; readonly rssi: number } | undefined {
    for (const hub of this.#hubs.values()) {
      const rssi = this.#rssiOnTheWay(id, hub);
      const admission = rssi === undefined ? undefined : hub.admitByCard(id, rssi);
      if (rssi !== undefined && admission !== undefined) return { iq: hub.id, ...admission, rssi };
    }
    return undefined;
  }

  /** RSSI of the first hop towards the hub, if every hop is heard and every repeater attached. */
  #rssiOnTheWay(id: string, hub: RadioHub): number | undefined {
    let from = id;
    let first: number | undefined;
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      const parent = hub.parentOf(from);
      const rssi = this.rssiBetween(from, parent ?? hub.id);
      if (rssi === undefined) return undefined;
      first ??= rssi;
      if (parent === undefined) return first;
      if (!hub.isAttached(parent)) return undefined;
      from = parent;
    }
    return undefined;
  }

  #positionOf(id: string): Position {
    return this.#positions.get(id) ?? { x: 0, y: 0 };
  }
}

function distance(a: Position, b: Position): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** dBm over so many metres, less what walls and faults take away; undefined where nobody hears it any more. */
function rssiAt(metres: number, lossDb: number): number | undefined {
  const rssi = RSSI_AT_ONE_METRE_DBM - LOSS_PER_DECADE_DB * Math.log10(Math.max(1, metres)) - lossDb;
  if (rssi < SENSITIVITY_DBM) return undefined;
  return Math.round(Math.min(RSSI_BOUNDS.max, Math.max(RSSI_BOUNDS.min, rssi)));
}
