import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Gate } from '../../.ci/gate.ts';
import { deadCode } from '../../.ci/gates/dead-code.ts';
import { docstrings } from '../../.ci/gates/docstrings.ts';
import { format } from '../../.ci/gates/format.ts';
import { imports } from '../../.ci/gates/imports.ts';
import { secrets } from '../../.ci/gates/secrets.ts';
import { texts } from '../../.ci/gates/texts.ts';
import { types } from '../../.ci/gates/types.ts';

const ours = join(import.meta.dirname, '../..');

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A whole project in small, under our own settings, in which every gate finds nothing. */
const clean: Readonly<Record<string, string>> = {
  '.gitignore': 'node_modules/\n',
  'package.json': json({ name: 'small', type: 'module', dependencies: { serialport: '1.0.0' } }),
  'tsconfig.json': json({
    compilerOptions: {
      module: 'ESNext',
      moduleResolution: 'bundler',
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      types: [],
      target: 'ES2024',
    },
  }),
  'electron/contract/errors.ts': "export const errorTable = { 'app.one': {} };\n",
  'electron/host/rules/index.ts': 'export const rules = 1;\n',
  'electron/host/process.ts':
    "import { errorTable } from '../contract/errors.ts';\nimport { rules } from './rules/index.ts';\n\nconsole.log(errorTable, rules);\n",
  'native/transport/serial/index.ts': "export const serial = () => import('serialport');\n",
  'native/index.ts':
    "import { serial } from './transport/serial/index.ts';\n\nexport const native = serial;\n",
  'db/index.ts': 'export const db = 1;\n',
  'renderer/main.tsx': "const key = 'screen.name';\nconst other = `kind.$".concat(
    '{key}.title`;\n\nconsole.log(key, other);\n',
  ),
  'renderer/i18n/en.json': '{ "screen.name": "Name", "kind.lock.title": "Lock" }\n',
  'resources/texts/en/app.json':
    '{ "app.one": { "title": "One", "why": "It is one.", "next": "Count on." } }\n',
  'tests/all.test.ts':
    "import { db } from '../db/index.ts';\nimport { native } from '../native/index.ts';\n\nconsole.log(db, native);\n",
};

describe('the gates of npm run check', { timeout: 120_000 }, () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'doorstep-gates-'));
    execFileSync('git', ['init', '-q'], { cwd: root });
    for (const [file, text] of Object.entries(clean)) write(file, text);
    for (const file of ['biome.json', '.dependency-cruiser.json', 'knip.json', '.ci/knip-reporter.ts']) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      copyFileSync(join(ours, file), join(root, file));
    }
    for (const name of ['serialport', 'electron', 'better-sqlite3', '@abandonware/noble']) {
      write(
        `node_modules/${name}/package.json`,
        `{ "name": "${name}", "main": "index.js", "types": "index.d.ts" }`,
      );
      write(`node_modules/${name}/index.js`, 'module.exports = {};');
      write(`node_modules/${name}/index.d.ts`, 'export declare const it: 1;');
    }
    mkdirSync(join(root, 'node_modules/@biomejs'));
    symlinkSync(join(ours, 'node_modules/@biomejs/biome'), join(root, 'node_modules/@biomejs/biome'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }

  /** Plants files, and expects exactly these findings of a gate that really looked. */
  async function expectFindings(gate: Gate, planted: Record<string, string>, expected: readonly string[]) {
    for (const [file, text] of Object.entries(planted)) write(file, text);
    const { files, findings } = await gate.run(root);
    expect(files).toBeGreaterThan(0);
    expect(findings.toSorted()).toEqual(expected.map((one) => expect.stringContaining(one)).toSorted());
  }

  const all = { format, types, imports, deadCode, texts, docstrings, secrets };
  it.each(Object.entries(all).filter(([name]) => name !== 'docstrings'))(
    '%s finds nothing in a clean project',
    async (_name, gate) => {
      await expectFindings(gate, {}, []);
    },
  );

  it('format names what is not formatted and what is bad style', async () => {
    await expectFindings(
      format,
      { 'db/crooked.ts': 'export const a   = 1', 'db/any.ts': 'export const b: any = 1;\n' },
      ['db/any.ts:1 lint/suspicious/noExplicitAny', 'db/crooked.ts:0 format'],
    );
  });

  it('types names what does not fit', async () => {
    await expectFindings(types, { 'db/wrong.ts': "export const a: number = 'text';\n" }, [
      'db/wrong.ts(1,14): error TS2322',
    ]);
  });

  it('imports names every rule that is broken, and where', async () => {
    write('electron/shell/inner.ts', '');
    write('electron/host/rules/inner.ts', '');
    const broken: readonly (readonly [rule: string, file: string, text: string, target: string])[] = [
      ['contract-stands-alone', 'electron/contract/a.ts', "import '../../db/index.ts';", 'db/index.ts'],
      ['native-knows-no-app', 'native/a.ts', "import '../db/index.ts';", 'db/index.ts'],
      [
        'native-knows-no-app',
        'native/b.ts',
        "import '../electron/host/process.ts';",
        'electron/host/process.ts',
      ],
      ['db-knows-no-app', 'db/a.ts', "import '../native/index.ts';", 'native/index.ts'],
      [
        'db-knows-no-app',
        'db/b.ts',
        "export type * from '../electron/host/process.ts';",
        'electron/host/process.ts',
      ],
      [
        'only-db-opens-sqlite',
        'electron/host/a.ts',
        "import 'better-sqlite3';",
        'node_modules/better-sqlite3/index.js',
      ],
      [
        'host-below-its-frames',
        'electron/host/b.ts',
        "import '../shell/inner.ts';",
        'electron/shell/inner.ts',
      ],
      [
        'host-parts-by-their-index',
        'electron/host/a/index.ts',
        "import '../rules/inner.ts';",
        'electron/host/rules/inner.ts',
      ],
      [
        'renderer-knows-the-contract',
        'renderer/a.ts',
        "import '../electron/host/process.ts';",
        'electron/host/process.ts',
      ],
      ['renderer-without-node', 'renderer/b.ts', "import 'node:fs';", 'fs'],
      [
        'electron-in-the-shell',
        'electron/loopback/a.ts',
        "import 'electron';",
        'node_modules/electron/index.js',
      ],
      ['electron-in-the-shell', 'tests/a.ts', "import 'electron';", 'node_modules/electron/index.js'],
      ['frames-apart', 'electron/loopback/b.ts', "import '../shell/inner.ts';", 'electron/shell/inner.ts'],
      [
        'serialport-in-its-place',
        'native/c.ts',
        "await import('serialport');",
        'node_modules/serialport/index.js',
      ],
      [
        'noble-in-its-place',
        'native/d.ts',
        "await import('@abandonware/noble');",
        'node_modules/@abandonware/noble/index.js',
      ],
      [
        'drivers-lazily',
        'native/transport/serial/a.ts',
        "import 'serialport';",
        'node_modules/serialport/index.js',
      ],
      ['resolvable', 'db/c.ts', "import './nowhere.ts';", './nowhere.ts'],
    ];
    for (const [, file, text] of broken) write(file, `${text}\n`);
    const { findings } = await imports.run(root);
    for (const [rule, file, , target] of broken)
      expect(findings).toContain(`${file} imports ${target}: ${rule}`);
  });

  it('imports names a circle', async () => {
    write('db/a.ts', "import './b.ts';\n");
    write('db/b.ts', "import './a.ts';\n");
    const { findings } = await imports.run(root);
    expect(findings).toContainEqual(expect.stringMatching(/^db\/[ab]\.ts imports db\/[ab]\.ts: no-circles$/));
  });

  it('dead code names files, exports and dependencies that nothing uses', async () => {
    await expectFindings(
      deadCode,
      {
        'db/unused.ts': 'export const unused = 1;\n',
        'db/index.ts': 'export const db = 1;\nexport const forgotten = 2;\n',
        'package.json':
          '{ "name": "small", "type": "module", "dependencies": { "serialport": "1.0.0", "left-over": "1.0.0" } }\n',
      },
      [
        'db/index.ts exports: forgotten',
        'db/unused.ts is used by nothing',
        'package.json dependencies: left-over',
      ],
    );
  });

  it('texts names codes without text, texts without code, and texts that no screen uses', async () => {
    await expectFindings(
      texts,
      {
        'electron/contract/errors.ts': "export const errorTable = { 'app.one': {}, 'app.two': {} };\n",
        'resources/texts/en/app.json':
          '{ "app.one": { "title": "One!", "why": " ", "next": "Count on." }, "app.old": { "title": "a", "why": "b", "next": "c" } }\n',
        'resources/texts/en/more.json': '{ "app.one": { "title": "a", "why": "b", "next": "c" } }\n',
        'renderer/i18n/en.json':
          '{ "screen.name": "Name", "screen.old": "Old", "kind.lock.title": "Lock!", "kind.lock.why": "Why" }\n',
      },
      [
        'renderer/i18n/en.json: kind.lock.title has an exclamation mark',
        'renderer/i18n/en.json: kind.lock.why is used by no screen',
        'renderer/i18n/en.json: screen.old is used by no screen',
        'resources/texts/en/app.json: app.old is no code',
        'resources/texts/en/app.json: app.one has no "why"',
        'resources/texts/en/app.json: app.one.title has an exclamation mark',
        'resources/texts/en/more.json: app.one has its text in app.json already',
        'resources/texts/en: app.two has no text',
      ],
    );
  });

  it('docstrings names functions that say nothing of themselves, and files of two subjects', async () => {
    await expectFindings(
      docstrings,
      {
        'native/index.ts':
          'export function bare() {}\nexport const arrow = () => 1;\n/** Says it. */\nexport function said() {}\nfunction inner() {}\ninner();\n',
        'native/transport/serial/index.ts':
          '/** Of all its forms. */\nexport function form(a: 1): 1;\nexport function form(a: 2): 2;\nexport function form(a: number) {\n  return a;\n}\n',
        'renderer/long.tsx': '\n'.repeat(400).concat('export {};\n'),
      },
      [
        'native/index.ts:1 bare has no docstring',
        'native/index.ts:2 arrow has no docstring',
        'renderer/long.tsx has 401 lines',
      ],
    );
  });

  it('secrets names keys, tokens and paths of a machine', async () => {
    const key = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ');
    await expectFindings(
      secrets,
      {
        'db/key.ts': `\nconst key = '${key}';\n`,
        'db/token.ts': `const token = 'ghp_${'a1B2'.repeat(9)}';\n`,
        'docs/notes.md': `See ${['', 'home', 'somebody', 'notes'].join('/')}.\n`,
        'package-lock.json': `{ "resolved": ${JSON.stringify('https://registry.example/a.tgz')} }\n`,
      },
      [
        'db/key.ts:2 holds a private key',
        'db/token.ts:1 holds an access token',
        'docs/notes.md:1 holds a path of somebody’s machine',
        'package-lock.json:1 holds the address of a registry',
      ],
    );
  });
});
