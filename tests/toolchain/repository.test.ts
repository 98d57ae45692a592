import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { contentSecurityPolicy } from '../../electron/frame/content-security-policy.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('the content security policy', () => {
  it('allows the one style that the installed react-aria makes, and no other inline code', () => {
    const source = read('node_modules/react-aria/dist/private/interactions/usePress.mjs');
    const [, template] = /style\.textContent = `([^`]*)`\.trim\(\)/.exec(source) ?? [];
    const [, attribute] =
      /\$PRESSABLE_ATTRIBUTE = '([^']*)'|PRESSABLE_ATTRIBUTE = '([^']*)'/.exec(source) ?? [];
    const style = template?.replace(/\$\{[^}]*\}/, attribute ?? '').trim() ?? '';
    expect(style).toContain('touch-action');
    const hash = createHash('sha256').update(style).digest('base64');
    expect(contentSecurityPolicy).toContain(`style-src 'self' 'sha256-${hash}';`);
    expect(contentSecurityPolicy).not.toMatch(/unsafe|data:|blob:|\*|https?:/);
  });
});

describe('the lock file', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string>; resolved?: string }>;
  };

  it('names the optional packages of every platform, without which npm ci refuses it', () => {
    const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
    const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies).filter((name) => !names.has(name)),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
  });
});

describe('package.json', () => {
  const { scripts, dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
    'scripts' | 'dependencies' | 'devDependencies',
    Record<string, string>
  >;

  it('begins every script in the launcher, under the same name', () => {
    for (const [name, command] of Object.entries(scripts))
      expect(command).toBe(`node electron/launch.mjs ${name}`);
    const known = [...read('electron/launch.mjs').matchAll(/^ {2}'?([\w-]+)'?: \{ entry:/gm)].map(
      ([, name]) => name,
    );
    expect(Object.keys(scripts).toSorted()).toEqual(known.toSorted());
  });

  it('pins every version, and all of oRPC to the same', () => {
    const all = Object.entries({ ...dependencies, ...devDependencies });
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
    const orpc = new Set(all.filter(([name]) => name.startsWith('@orpc/')).map(([, version]) => version));
    expect(orpc.size).toBe(1);
  });
});

describe('electron-builder.yml', () => {
  const settings = parse(read('electron-builder.yml'));

  it("fits electron-builder's own schema", () => {
    const schema = JSON.parse(read('node_modules/app-builder-lib/scheme.json'));
    const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
    validate(settings);
    expect(validate.errors).toBeNull();
  });

  it('leaves the native modules as they are, and outside of the archive', () => {
    expect(settings.npmRebuild).toBe(false);
    expect(settings.asarUnpack).toContain('**/*.node');
    expect(settings.electronFuses).toMatchObject({ runAsNode: false, onlyLoadAppFromAsar: true });
  });
});
