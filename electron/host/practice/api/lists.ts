import type { Cloud } from '../cloud.ts';
import type { Violation } from '../problem.ts';
import type { Answer, Call } from './call.ts';

/** Where a page begins: after this item (C13). */
export interface PageStart {
  readonly createdAt: number;
  readonly id: string;
}

/** What a list is read from. */
export interface ListSource<Row extends { id: string; created_at: number }> {
  /** The address of the list below `/v1`. */
  readonly path: string;
  /** The number of items on all pages. */
  count(): number;
  /** Items by (`created_at`, `id`) after `start`; at most `limit`, all if it is -1. */
  rows(start: PageStart, limit: number): Row[];
  view(row: Row): unknown;
}

const beginning: PageStart = { createdAt: -1, id: '' };

/** Answers one page, or under the trap `bare_array` the whole list bare. */
export function listPage<Row extends { id: string; created_at: number }>(
  cloud: Cloud,
  call: Call,
  source: ListSource<Row>,
): Answer {
  if (cloud.traps.get('bare_array')) {
    return { status: 200, body: source.rows(beginning, -1).map((row) => source.view(row)) };
  }
  const top = typeof call.query.$top === 'number' ? call.query.$top : 50;
  const rows = source.rows(readStart(call.query.continuation_token) ?? beginning, top + 1);
  const page = rows.slice(0, top);
  const last = rows.length > top ? page.at(-1) : undefined;
  return {
    status: 200,
    body: {
      items: page.map((row) => source.view(row)),
      next_page_link: last ? nextLink(cloud, call, source.path, last) : null,
      count: source.count(),
    },
  };
}

function nextLink(cloud: Cloud, call: Call, path: string, last: { id: string; created_at: number }): string {
  const search = new URLSearchParams(call.search);
  search.set('continuation_token', Buffer.from(`${last.created_at} ${last.id}`).toString('base64url'));
  const link = `/v1${path}?${search}`;
  return cloud.traps.get('http_next_link') ? `http://cloud.example.org${link}` : link;
}

/** What is wrong with the page asked for; the `check` of every list. */
export function checkPage(_cloud: Cloud, call: Call): Violation[] {
  return readStart(call.query.continuation_token) ? [] : [{ pointer: '/continuation_token', rule: 'format' }];
}

function readStart(token: unknown): PageStart | null {
  if (typeof token !== 'string') return beginning;
  const parts = /^(\d{1,16}) ([0-9a-f-]{36})$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
  return parts?.[1] && parts[2] ? { createdAt: Number(parts[1]), id: parts[2] } : null;
}
