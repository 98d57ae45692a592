import { resolve } from 'node:path';
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

/**
 * Reads the arguments of `npm start`.
 *
 * @param args as the person typed them
 * @param env `DOORSTEP_CLOUD_URL` and `DOORSTEP_CLOUD_ISSUER` stand in for their options
 * Errors: `app.bad_option`.
 */
export function parseStartOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const values = parse(args);
  const port = values.port ?? '0';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new CodedError('app.bad_option', { detail: `--port takes a number from 0 to 65535, not "${port}".` });
  const cloudUrl = httpAddress('--cloud', values.cloud ?? env.DOORSTEP_CLOUD_URL);
  const issuer = httpAddress('--issuer', values.issuer ?? env.DOORSTEP_CLOUD_ISSUER);
  return {
    help: values.help,
    practice: values.practice,
    loopback: values.loopback || values['no-open'] || values.port !== undefined,
    open: !values['no-open'],
    port: Number(port),
    dataDir: resolve(values.data ?? defaultDataFolder()),
    cloud: cloudUrl === undefined ? null : { url: cloudUrl, issuer: issuer ?? cloudUrl },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        help: { type: 'boolean', default: false },
        practice: { type: 'boolean', default: false },
        loopback: { type: 'boolean', default: false },
        'no-open': { type: 'boolean', default: false },
        port: { type: 'string' },
        data: { type: 'string' },
        cloud: { type: 'string' },
        issuer: { type: 'string' },
      },
    }).values;
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
