import { ServerResponse } from 'node:http';
import { startPracticeCloud } from '../../../../electron/host/practice/index.ts';

/**
 * A practice cloud in a process whose clock is off: `shifted-cloud.ts DATADIR MILLISECONDS`. Prints its address and
 * ends with its standard input.
 */
const [dataDir = '', shift = '0'] = process.argv.slice(2);
const RealDate = Date;
const shiftedNow = () => RealDate.now() + Number(shift);
globalThis.Date = new Proxy(RealDate, {
  construct: (target, parts) => Reflect.construct(target, parts.length === 0 ? [shiftedNow()] : parts),
  get: (target, name) => (name === 'now' ? shiftedNow : Reflect.get(target, name)),
});

// Node writes this header by a clock of its own.
const writeHead = ServerResponse.prototype.writeHead;
ServerResponse.prototype.writeHead = function (this: ServerResponse, ...parts: unknown[]) {
  if (!this.hasHeader('date')) this.setHeader('Date', new Date().toUTCString());
  return Reflect.apply(writeHead, this, parts);
};

const cloud = await startPracticeCloud({ dataDir, port: 0 });
process.stdout.write(`${cloud.url}\n`);
process.stdin.resume().once('end', () => void cloud.close().then(() => process.exit(0)));
