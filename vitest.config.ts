import { defineConfig } from 'vitest/config';

/** Unit, contract, integration and fault tests. The browser tests (tests/e2e) have a time limit of their own. */
export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    passWithNoTests: false,
  },
});
