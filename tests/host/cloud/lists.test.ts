import { expect, test } from 'vitest';
import * as z from 'zod';
import { nextPath, readList } from '../../../electron/host/cloud/pages.ts';

const item = z.number();
function reader(pages: Record<string, unknown>) {
  const asked: string[] = [];
  const get = async (path: string) => {
    asked.push(path);
    return pages[path];
  };
  return { asked, read: () => readList(get, '/things?$top=2', '/v1', item) };
}

test('follows pages, whatever scheme and host their links name', async () => {
  const { asked, read } = reader({
    '/things?$top=2': {
      items: [1, 2],
      count: 5,
      next_page_link: 'http://cloud.example.org/v1/things?continuation_token=b',
    },
    '/things?continuation_token=b': {
      items: [3, 4],
      count: 5,
      next_page_link: '/v1/things?continuation_token=c',
    },
    '/things?continuation_token=c': { items: [5], count: 5, next_page_link: null },
  });
  expect(await read()).toEqual([1, 2, 3, 4, 5]);
  expect(asked).toHaveLength(3);
});

test('takes a bare array for the whole list', async () => {
  expect(await reader({ '/things?$top=2': [1, 2, 3] }).read()).toEqual([1, 2, 3]);
});

test('stops where a link repeats', async () => {
  const page = { items: [1], count: 9, next_page_link: '/v1/things?$top=2' };
  const { asked, read } = reader({ '/things?$top=2': page });
  expect(await read()).toEqual([1]);
  expect(asked).toHaveLength(1);
});

test('refuses what is no list, no link and no item', async () => {
  await expect(reader({ '/things?$top=2': { no: 'list' } }).read()).rejects.toThrow(z.ZodError);
  await expect(reader({ '/things?$top=2': ['one'] }).read()).rejects.toThrow(z.ZodError);
  await expect(
    reader({ '/things?$top=2': { items: [], next_page_link: 'http://[' } }).read(),
  ).rejects.toMatchObject({
    code: 'cloud.unreadable_answer',
  });
});

test('a link is taken by path and query alone', () => {
  expect(nextPath('?continuation_token=x', '/v1', '/things?$top=2')).toBe('/things?continuation_token=x');
  expect(nextPath('https://evil.example/v1/things?a=b#c', '/v1', '/things')).toBe('/things?a=b');
  expect(nextPath('//evil.example/things?a=b', '/gate/v1', '/things')).toBe('/things?a=b');
});
