import { useSyncExternalStore } from 'react';
import { type IntlShape, useIntl } from 'react-intl';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A moment as an installer says it: `4 s ago`, `14 min ago`, `yesterday`, `Tue 3 Feb`, `3 Feb 2024`. */
export function agoText(intl: IntlShape, at: Date, now: Date): string {
  const sinceMs = now.getTime() - at.getTime();
  const short = (unit: 's' | 'min' | 'h', count: number) =>
    intl.formatMessage({ id: `time.ago.${unit}` }, { count });
  if (sinceMs < MINUTE_MS) return short('s', Math.max(0, Math.floor(sinceMs / 1000)));
  if (sinceMs < HOUR_MS) return short('min', Math.floor(sinceMs / MINUTE_MS));
  const days = daysBetween(at, now);
  if (days === 0) return short('h', Math.floor(sinceMs / HOUR_MS));
  if (days === 1) return intl.formatRelativeTime(-1, 'day', { numeric: 'auto' });
  const sameYear = at.getFullYear() === now.getFullYear();
  return intl.formatDate(at, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? { weekday: 'short' } : { year: 'numeric' }),
  });
}

/** A moment as short as it can be: `12:38` today, `Tue 16:41` this week, else the date. */
export function clockOrDayText(intl: IntlShape, at: Date, now: Date): string {
  const days = daysBetween(at, now);
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  if (days === 0) return intl.formatTime(at, time);
  if (days > 0 && days < 7) {
    return `${intl.formatDate(at, { weekday: 'short' })} ${intl.formatTime(at, time)}`;
  }
  return intl.formatDate(at, { day: 'numeric', month: 'short' });
}

/** The moment in full, with its zone, for hover and hearing. */
export function exactText(intl: IntlShape, at: Date): string {
  return intl.formatDate(at, { dateStyle: 'full', timeStyle: 'long' });
}

function daysBetween(at: Date, now: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(now) - midnight(at)) / DAY_MS);
}

/** How long ago it was; the exact time on hover. */
export function Ago({ at }: { at: string }) {
  const intl = useIntl();
  const now = useNow();
  const date = new Date(at);
  return (
    <time dateTime={at} title={exactText(intl, date)}>
      {agoText(intl, date, now)}
    </time>
  );
}

/** The hour of a moment, or its day when it was not today; the exact time on hover. */
export function Clock({ at }: { at: string }) {
  const intl = useIntl();
  const now = useNow();
  const date = new Date(at);
  return (
    <time dateTime={at} title={exactText(intl, date)}>
      {clockOrDayText(intl, date, now)}
    </time>
  );
}

/** How long something took or lasts, in two units at most: `12 s`, `2 min 5 s`, `3 h 20 min`, `4 d 2 h`. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const pair = (large: number, largeName: string, small: number, smallName: string) =>
    small === 0 ? `${large} ${largeName}` : `${large} ${largeName} ${small} ${smallName}`;
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.floor(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** The laptop's time in full, running. */
export function NowInFull() {
  const intl = useIntl();
  const now = useNow();
  return <time dateTime={now.toISOString()}>{exactText(intl, now)}</time>;
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let current = new Date();

/** The laptop's time, anew every second; one timer for the whole page. */
export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    current = new Date();
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function tick(): void {
  current = new Date();
  for (const listener of listeners) listener();
}
