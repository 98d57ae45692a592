import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchEnqueue } from './enqueue.ts';
import type { Figure } from './figure.ts';
import { benchStart } from './start.ts';

/** `npm run bench`: measures, prints a table, and with `--json FILE` writes it down. Nothing here passes or fails. */

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const figures: Figure[] = [];
for (const bench of [benchEnqueue, benchStart]) {
  const measured = await bench();
  for (const figure of Array.isArray(measured) ? measured : [measured]) {
    figures.push(figure);
    console.error(`measured: ${figure.name}`);
  }
}

const number = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
console.table(
  figures.map(({ name, value, peer, ratio, unit, note }) => ({
    what: name,
    measured: `${number(value)} ${unit}`,
    peer: `${number(peer)} ${unit}`,
    ratio: number(ratio),
    note,
  })),
);
if (values.json !== undefined) {
  const machine = {
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  writeFileSync(
    values.json,
    `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, figures }, null, 2)}\n`,
  );
}
