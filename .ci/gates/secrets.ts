import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Gate } from '../gate.ts';
import { sourceFiles } from '../sources.ts';

const binary = new Set(['.ico', '.jpg', '.png', '.webp', '.woff2', '.xlsx', '.bin', '.pdf', '.wasm']);

/** What must never be committed, and what it is. Written so that this file does not hold what it looks for. */
const leaks: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-{5}BEGIN [A-Z ]*PRIVATE KEY-{5}/],
  [
    'an access token',
    /\b(?:gh[pousr]_[A-Za-z0-9]{36}|npm_[A-Za-z0-9]{36}|AKIA[A-Z0-9]{16}|xox[abp]-[A-Za-z0-9-]{20,})\b/,
  ],
  ['a registry password', /_auth(?:Token)?\s*=\s*\S{8}/],
  [
    'a path of somebody’s machine',
    /(?:^|[\s"'`(=:])(?:\/(?:home|Users)\/[a-z][\w.-]*\/|\/root\/|\/work\/|[A-Z]:\\Users\\)/m,
  ],
  ['the address of a registry', /"resolved":\s*"https?:/],
];

/** Secrets, and paths of the machines that the project was made on. */
export const secrets: Gate = {
  name: 'secrets and machine paths',
  async run(root) {
    const files = sourceFiles(root, '**').filter((file) => !binary.has(extname(file)));
    const findings = files.flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return leaks.flatMap(([what, pattern]) => {
        const at = text.search(pattern);
        return at < 0 ? [] : [`${file}:${text.slice(0, at).split('\n').length} holds ${what}`];
      });
    });
    return { files: files.length, findings };
  },
};
