import { resolve } from 'node:path';
import type { ParseArgsOptionsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import { CodedError } from '../contract/errors.ts';
import { defaultDataFolder } from './data-folder.ts';

/** What `npm start` was asked. */
export interface StartOptions {
  readonly help: boolean;
  readonly practice: boolean;
  /** The browser even where Electron is there. */
  readonly loopback: boolean;
  /** Opens the browser, rather than only printing the address. */
  readonly open: boolean;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  /** Null where none is configured. */
  readonly cloud: { readonly url: string; readonly issuer: string } | null;
}

export const startHelp = `npm start -- [OPTIONS]

  --practice       virtual hubs and locks and a cloud of its own, nothing else needed
  --loopback       in the browser, even where Electron is there
  --no-open        in the browser, but only print the address
  --port N         the port of that address (default: a free one)
  --data DIR       the folder for the data
  --cloud URL      the cloud's address
  --issuer URL     the cloud's sign-in (default: the cloud's address)
`;

const options: ParseArgsOptionsConfig = {
  help: { type: 'boolean' },
  practice: { type: 'boolean' },
  loopback: { type: 'boolean' },
  'no-open': { type: 'boolean' },
  port: { type: 'string' },
  data: { type: 'string' },
  cloud: { type: 'string' },
  issuer: { type: 'string' },
};

/**
 * Reads the arguments of `npm start`.
 *
 * @param args as the person typed them
 * @param env `DOORSTEP_CLOUD_URL` and `DOORSTEP_CLOUD_ISSUER` stand in for their options
 * @param unknown whether an argument that is none of ours is an error
 * Errors: `app.bad_option`.
 */
export function parseStartOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  unknown: 'refuse' | 'leave_unknown' = 'refuse',
): StartOptions {
  const { flags, texts } = parse(args, unknown === 'refuse');
  const port = texts.get('port') ?? '0';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new CodedError('app.bad_option', {
      detail: `--port takes a number from 0 to 65535, not "${port}".`,
    });
  const cloudUrl = httpAddress('--cloud', texts.get('cloud') ?? env.DOORSTEP_CLOUD_URL);
  const issuer = httpAddress('--issuer', texts.get('issuer') ?? env.DOORSTEP_CLOUD_ISSUER);
  return {
    help: flags.has('help'),
    practice: flags.has('practice'),
    loopback: flags.has('loopback') || flags.has('no-open') || texts.has('port'),
    open: !flags.has('no-open'),
    port: Number(port),
    dataDir: resolve(texts.get('data') ?? defaultDataFolder()),
    cloud: cloudUrl === undefined ? null : { url: cloudUrl, issuer: issuer ?? cloudUrl },
  };
}

function parse(args: readonly string[], strict: boolean) {
  try {
    const { values } = parseArgs({ args: [...args], strict, allowPositionals: !strict, options });
    const flags = new Set<string>();
    const texts = new Map<string, string>();
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === 'string') texts.set(name, value);
      else if (value === true) flags.add(name);
    }
    return { flags, texts };
  } catch (caught) {
    throw new CodedError('app.bad_option', { detail: caught instanceof Error ? caught.message : '' });
  }
}

function httpAddress(option: string, address: string | undefined): string | undefined {
  if (address === undefined || address === '') return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && url.hostname === '127.0.0.1'))
    throw new CodedError('app.bad_option', { detail: `${option} takes an https address, not "${address}".` });
  return address.replace(/\/+$/, '');
}
