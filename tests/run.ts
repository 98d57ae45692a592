import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../electron/launch/build.ts';

/**
 * `npm test`: the tests of the parts, then the whole jobs in a browser. Its last line is
 * `N passed, N failed, N skipped` over both; it fails where one test failed, where a runner failed beside its tests,
 * and where nothing ran. Arguments go to the runner: `npm test -- tests/native`.
 */

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);

/** Runs one kind of tests and counts; what broke outside of a test counts as one failure. */
async function runKind(kind: string, folder: string): Promise<Tally> {
  const report = join(folder, `${kind}.json`);
  const code = await run(join(root, 'node_modules', 'vitest', 'vitest.mjs'), [
    ...['run', '--project', kind, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    // Where the arguments choose tests, one kind may have none of them.
    ...(args.length > 0 ? ['--passWithNoTests', ...args] : []),
  ]);
  const tally = readTally(report);
  return code === 0 || tally.failed > 0 ? tally : { ...tally, failed: tally.failed + 1 };
}

function run(program: string, programArgs: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...programArgs], { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function readTally(report: string): Tally {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    // The runner died before it could report; its exit code says so.
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

const folder = mkdtempSync(join(tmpdir(), 'doorstep-tests-'));
const total: Tally = { passed: 0, failed: 0, skipped: 0 };
try {
  await ensureBuilt(root, 'renderer', console.log);
  for (const kind of ['parts', 'jobs']) {
    const { passed, failed, skipped } = await runKind(kind, folder);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
} catch (caught) {
  console.error(caught);
  total.failed += 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (total.passed + total.failed === 0) {
  console.error('No test ran.');
  process.exitCode = 1;
}
if (total.failed > 0) process.exitCode = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
