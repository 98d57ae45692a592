import { join } from 'node:path';
import type { Gate } from './gate.ts';
import { deadCode } from './gates/dead-code.ts';
import { docstrings } from './gates/docstrings.ts';
import { format } from './gates/format.ts';
import { imports } from './gates/imports.ts';
import { secrets } from './gates/secrets.ts';
import { texts } from './gates/texts.ts';
import { types } from './gates/types.ts';

/** `npm run check`: every gate over the whole source. Each says how many files it saw; one that saw none has failed. */

const root = join(import.meta.dirname, '..');
const gates: readonly Gate[] = [format, types, imports, deadCode, texts, docstrings, secrets];
const shownMax = 40;

for (const gate of gates) {
  const failure = await runGate(gate);
  if (failure) process.exitCode = 1;
}

async function runGate({ name, run }: Gate): Promise<boolean> {
  try {
    const { files, findings } = await run(root);
    const failed = files === 0 || findings.length > 0;
    console.log(`${failed ? '✗' : '✓'} ${name}: ${files} files, ${findings.length} findings`);
    for (const finding of findings.slice(0, shownMax)) console.log(`    ${finding}`);
    if (findings.length > shownMax) console.log(`    … and ${findings.length - shownMax} more`);
    return failed;
  } catch (caught) {
    console.log(`✗ ${name}: ${caught instanceof Error ? caught.message : String(caught)}`);
    return true;
  }
}
