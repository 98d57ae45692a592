import * as z from 'zod';
import { unreadableAnswer } from './failure.ts';

/** A list never has more pages than this; a cloud that says otherwise is not followed further. */
const mostPages = 500;
const mostItemsOfAPage = 10_000;

const pageSchema = z.object({
  items: z.array(z.unknown()).max(mostItemsOfAPage),
  next_page_link: z.string().max(2048).nullish(),
});
const bareSchema = z.array(z.unknown()).max(mostPages * mostItemsOfAPage);

/**
 * Path and query of a `next_page_link`, put to our own base path: scheme and host are nobody's business
 * (openapi.yaml, Lists). Undefined where it is no link.
 */
export function nextPath(link: string, basePath: string, currentPath: string): string | undefined {
  let url: URL;
  try {
    url = new URL(link, `http://cloud.invalid${basePath}${currentPath}`);
  } catch {
    return undefined;
  }
  const within = url.pathname.startsWith(`${basePath}/`) ? url.pathname.slice(basePath.length) : url.pathname;
  return `${within}${url.search}`;
}

/**
 * Reads a whole list: `{items, next_page_link}` page by page, or a bare array, which is the whole list. Stops at
 * a link that repeats. `get` answers the parsed JSON of a path below the base.
 */
export async function readList<T>(
  get: (path: string) => Promise<unknown>,
  firstPath: string,
  basePath: string,
  item: z.ZodType<T>,
): Promise<T[]> {
  const found: T[] = [];
  const seen = new Set<string>();
  let path: string | undefined = firstPath;
  while (path !== undefined && !seen.has(path) && seen.size < mostPages) {
    seen.add(path);
    const answer = await get(path);
    const bare = bareSchema.safeParse(answer);
    const page = bare.success ? { items: bare.data, next_page_link: null } : pageSchema.parse(answer);
    for (const raw of page.items) found.push(item.parse(raw));
    if (!page.next_page_link) return found;
    path = nextPath(page.next_page_link, basePath, path);
    if (path === undefined) throw unreadableAnswer(200, false, new TypeError('next_page_link is no link'));
  }
  return found;
}
