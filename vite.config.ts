import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { EnvironmentOptions } from 'vite';
import { defineConfig } from 'vite';

const root = import.meta.dirname;
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Run-time dependencies are packed as they are: some are native, some load their parts by name. */
const external = [
  'electron',
  /^node:/,
  ...builtinModules,
  ...Object.keys(dependencies).map((name) => new RegExp(`^${name}($|/)`)),
];

/** A program for Node or Electron's main process, built from one entry into a folder of its own. */
function program(
  folder: string,
  input: Record<string, string>,
  format: 'es' | 'cjs' = 'es',
): EnvironmentOptions {
  return {
    consumer: 'server',
    // Bundled unless named in `external`, which the bundler itself applies.
    resolve: { noExternal: true, conditions: ['node', 'import', 'module', 'default'] },
    build: {
      ssr: true,
      outDir: join(root, 'dist', folder),
      emptyOutDir: true,
      target: 'node24',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(input).map(([name, file]) => [name, join(root, file)])),
        external,
        output: { format, entryFileNames: format === 'cjs' ? '[name].cjs' : '[name].js' },
      },
    },
  };
}

/** Builds everything into dist/. In development and in tests all but the screens run from their sources. */
export default defineConfig({
  root: join(root, 'renderer'),
  base: '/',
  publicDir: false,
  plugins: [react()],
  css: { modules: { localsConvention: 'camelCase' } },
  environments: {
    client: {
      build: {
        outDir: join(root, 'dist', 'renderer'),
        emptyOutDir: true,
        target: 'chrome140',
        // Inlined files would be data: addresses, which the content security policy forbids.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        // Read from the disk of the same machine: one file is as quick as many.
        chunkSizeWarningLimit: 4000,
        sourcemap: true,
      },
    },
    shell: program('shell', {
      main: 'electron/shell/main.ts',
      host: 'electron/shell/host-entry.ts',
    }),
    preload: program('preload', { preload: 'electron/shell/preload.ts' }, 'cjs'),
    host: program('host', { process: 'electron/host/process.ts' }),
    loopback: program('loopback', { main: 'electron/loopback/main.ts' }),
    cli: program('cli', { main: 'electron/cli/main.ts' }),
  },
  builder: {
    async buildApp(builder) {
      for (const environment of Object.values(builder.environments))
        if (environment.name !== 'ssr') await builder.build(environment);
    },
  },
});
