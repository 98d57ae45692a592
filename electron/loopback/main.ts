import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { failStart } from '../frame/fail-start.ts';
import { parseStartOptions, startHelp } from '../frame/options.ts';
import { runInBrowser } from './run.ts';

/** The app in the browser from what is built, without building anything: `node dist/loopback/main.js`. */
async function start(args: readonly string[]): Promise<void> {
  const options = parseStartOptions(args, process.env);
  const rendererDir = join(import.meta.dirname, '..', 'renderer');
  if (options.help) console.log(startHelp);
  else await runInBrowser(options, { version: packageJson.version, rendererDir, why: 'as asked' });
}

start(process.argv.slice(2)).catch(failStart);
