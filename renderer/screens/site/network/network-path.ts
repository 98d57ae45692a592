import type { Reach } from '../../../../electron/contract/model.ts';

/** How a piece of the way is: it held, it broke, or nothing is known as something before it broke. */
export type PieceState = 'ok' | 'broken' | 'unknown';

/** A piece of the way from the hub to the cloud, in the order of the way. */
export interface Piece {
  readonly id: 'link' | 'gateway' | 'names';
  readonly state: PieceState;
}

/** One of the things that the hub must reach at the end of the way, side by side. */
export interface Branch {
  readonly id: string;
  readonly kind: 'port' | 'update' | 'time';
  readonly port: number | null;
  readonly host: string;
  readonly ms: number | null;
  readonly state: PieceState;
}

export interface NetworkPath {
  readonly pieces: readonly Piece[];
  readonly branches: readonly Branch[];
  /** The whole way holds. */
  readonly ok: boolean;
  /** What is wrong first, for the cure; null when nothing is. */
  readonly fault: 'link' | 'address' | 'gateway' | 'names' | 'port' | 'all_ports' | 'update' | 'time' | null;
}

/** The way from the hub to the cloud, as the hub measured it (A43). */
export function pathOf(reach: Reach): NetworkPath {
  const link: PieceState = reach.link === 'none' ? 'broken' : 'ok';
  // Without an address nothing can answer.
  const gateway = after(link, reach.gateway && reach.ip !== '');
  const names = after(gateway, reach.dns);
  const branches: Branch[] = [
    ...reach.targets.map(
      (target): Branch => ({
        id: `${target.host}:${target.port}`,
        kind: 'port',
        port: target.port,
        host: target.host,
        ms: target.ok ? target.ms : null,
        state: after(names, target.ok),
      }),
    ),
    { id: 'update', kind: 'update', port: null, host: '', ms: null, state: after(names, reach.update) },
    { id: 'time', kind: 'time', port: null, host: '', ms: null, state: after(names, reach.time) },
  ];
  const fault = faultOf(link, gateway, names, branches, reach.ip !== '');
  return {
    pieces: [
      { id: 'link', state: link },
      { id: 'gateway', state: gateway },
      { id: 'names', state: names },
    ],
    branches,
    ok: fault === null,
    fault,
  };
}

/** What breaks first on a measured way; null where all of it holds. */
export const brokenPiece = (reach: Reach): NetworkPath['fault'] => pathOf(reach).fault;

function after(before: PieceState, holds: boolean): PieceState {
  if (before !== 'ok') return 'unknown';
  return holds ? 'ok' : 'broken';
}

function faultOf(
  link: PieceState,
  gateway: PieceState,
  names: PieceState,
  branches: readonly Branch[],
  hasAddress: boolean,
): NetworkPath['fault'] {
  if (link === 'broken') return 'link';
  if (gateway === 'broken') return hasAddress ? 'gateway' : 'address';
  if (names === 'broken') return 'names';
  const ports = branches.filter((branch) => branch.kind === 'port');
  const broken = ports.filter((branch) => branch.state === 'broken');
  if (broken.length > 0) return broken.length === ports.length ? 'all_ports' : 'port';
  return branches.find((branch) => branch.state === 'broken')?.kind ?? null;
}
