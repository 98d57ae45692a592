import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** A file of the built screens with its headers. */
export interface RendererFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The built screens, read once. Only what is in this table can be answered, so no path leads out of the folder.
 * A path without an extension is a place in the app and gets its page.
 *
 * @param folder where `vite build` put the screens
 * @returns the file of a URL's path, or undefined
 */
export function readRendererFiles(folder: string): (pathname: string) => RendererFile | undefined {
  const files = new Map<string, RendererFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const pathname = `/${relative(folder, file).split(sep).join('/')}`;
    // Names in assets/ carry a hash of their content.
    const caching = pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store';
    files.set(pathname, {
      body: new Uint8Array(readFileSync(file)),
      headers: { 'Content-Type': type, 'Cache-Control': caching },
    });
  }
  return (pathname) => files.get(extname(pathname) === '' ? '/index.html' : pathname);
}
