import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Under Node the real package would start a download; the stand-in's shape is compared with its types. */
const alias = { electron: join(import.meta.dirname, 'tests/support/electron-stand-in.ts') };

/** Two kinds, run one after the other by tests/run.ts: whole jobs in a browser need the machine for themselves. */
export default defineConfig({
  resolve: { alias },
  test: {
    pool: 'forks',
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
          exclude: ['tests/e2e/**', 'tests/faults/**'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
          // Half of what they take is waiting; on two cores one worker alone would need a quarter of an hour.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        extends: true,
        test: {
          name: 'jobs',
          include: ['tests/e2e/**/*.test.ts', 'tests/faults/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
