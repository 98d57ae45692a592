import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchEnqueue } from './enqueue.ts';
import { type Figure, holds } from './figure.ts';
import { benchFirmware } from './firmware.ts';
import { benchStart } from './start.ts';

/**
 * `npm run bench [-- NAME ...]`: measures all or what is named, prints a table, and with `--json FILE` writes it
 * down. Fails where a figure misses the limit that is promised of it.
 */

const benches = { enqueue: benchEnqueue, start: benchStart, firmware: benchFirmware };
const { values, positionals } = parseArgs({
  options: { json: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !(name in benches));
if (unknown !== undefined)
  throw new Error(`${unknown} is none of the benches: ${Object.keys(benches).join(', ')}`);
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const measured = await bench();
  for (const figure of Array.isArray(measured) ? measured : [measured]) {
    figures.push(figure);
    console.error(`measured: ${figure.name}`);
  }
}

const number = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 4 });
const limitOf = (figure: Figure) => {
  const { limit } = figure;
  if (limit === undefined) return '';
  const promised = 'atMost' in limit ? `≤ ${number(limit.atMost)}` : `≥ ${number(limit.atLeast)}`;
  return holds(figure) ? promised : `${promised} MISSED`;
};
console.table(
  figures.map((figure) => ({
    what: figure.name,
    measured: `${number(figure.value)} ${figure.unit}`,
    peer: `${number(figure.peer)} ${figure.unit}`,
    ratio: number(figure.ratio),
    limit: limitOf(figure),
    note: figure.note,
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
const missed = figures.filter((figure) => !holds(figure));
for (const { name } of missed) console.error(`missed: ${name}`);
process.exitCode = missed.length === 0 ? 0 : 1;
