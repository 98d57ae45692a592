import { useSyncExternalStore } from 'react';

/** The steps of a site, in their order on the rail. */
export const siteSteps = ['customer', 'hardware', 'network', 'doors', 'handover'] as const;
export type SiteStep = (typeof siteSteps)[number];

/** A place in the app. Each has an address, so that it can be opened again. */
export type Route =
  | { readonly screen: 'sites' }
  | { readonly screen: 'new_site' }
  | { readonly screen: 'import' }
  | {
      readonly screen: 'site';
      readonly siteId: string;
      readonly step: SiteStep;
      readonly item: string | null;
    }
  | { readonly screen: 'outbox'; readonly siteId: string | null }
  | { readonly screen: 'settings' };

/** The place of an address; what is no place is the list of sites. */
export function parseRoute(path: string): Route {
  const [first = '', second = '', third = '', fourth = ''] = path.split('/').filter(Boolean).map(decode);
  if (first === 'outbox') return { screen: 'outbox', siteId: second || null };
  if (first === 'settings') return { screen: 'settings' };
  if (first !== 'sites' || second === '') return { screen: 'sites' };
  if (second === 'new') return { screen: 'new_site' };
  if (second === 'import') return { screen: 'import' };
  const step = siteSteps.find((known) => known === third) ?? 'hardware';
  return { screen: 'site', siteId: second, step, item: fourth || null };
}

/** The address of a step of a site, with the door or hub in hand. */
export function sitePath(siteId: string, step: SiteStep, item?: string): string {
  return `/sites/${encodeURIComponent(siteId)}/${step}${item === undefined ? '' : `/${encodeURIComponent(item)}`}`;
}

/** The address of the outbox, at one site of it. */
export function outboxPath(siteId?: string): string {
  return siteId === undefined ? '/outbox' : `/outbox/${encodeURIComponent(siteId)}`;
}

const LAST_PLACE = 'doorstep.place';
const listeners = new Set<() => void>();

/** Opens a place and keeps it, so that it is open again after a restart. */
export function go(path: string, options: { replace?: boolean } = {}): void {
  if (path === location.pathname) return;
  if (options.replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  remember();
}

/** Opens the place that was open last, if the app was started without naming one. */
export function reopenLastPlace(): void {
  const last = localStorage.getItem(LAST_PLACE);
  if (location.pathname === '/' && last !== null && last.startsWith('/'))
    history.replaceState(null, '', last);
  addEventListener('popstate', remember);
}

/** The place that is open. */
export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  return parseRoute(path);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function remember(): void {
  localStorage.setItem(LAST_PLACE, location.pathname);
  for (const listener of listeners) listener();
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
