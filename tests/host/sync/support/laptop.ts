import { join } from 'node:path';
import { v7 as newId } from 'uuid';
import { openStore } from '../../../../db/open.ts';
import { createAccount } from '../../../../electron/host/account/index.ts';
import { type CloudPort, createCloud } from '../../../../electron/host/cloud/index.ts';
import { installerPassword, signInAsPracticeInstaller } from '../../../../electron/host/practice/index.ts';
import { createSync } from '../../../../electron/host/sync/index.ts';

/** Waits of the worker pass this much faster than in the field. */
const speed = 20;

export interface LaptopOptions {
  readonly dataDir: string;
  /** How far the laptop's clock is off, in milliseconds. */
  readonly clockOffMs?: number;
  /** Looks at every request before it leaves; may throw, wait, or do something else first. */
  readonly beforeSending?: (request: { url: string; method: string; body: string }) => Promise<void> | void;
  /** Sees that an answer has come, before the app does. */
  readonly afterAnswer?: (request: { url: string; method: string }) => Promise<void> | undefined | void;
  readonly person?: string;
}

/** Rejects when the signal is aborted, as a fetch does. */
function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}

/** A laptop with a store, an account and a worker that is not started yet. */
export async function makeLaptop(cloudUrl: string, options: LaptopOptions) {
  const { dataDir } = options;
  const began = Date.now() + (options.clockOffMs ?? 0);
  const tick = performance.now();
  const monotonic = () => (performance.now() - tick) * speed;
  const now = () => began + Math.round(performance.now() - tick);
  const vault = { kind: 'key_file', path: join(dataDir, 'key') } as const;
  const { store } = await openStore({ dataDir, vault, now });
  const net = { up: true, nonsense: false };
  const guarded: typeof globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!net.up)
      throw Object.assign(new TypeError('fetch failed'), {
        cause: { code: 'ECONNREFUSED', syscall: 'connect' },
      });
    if (net.nonsense) return new Response('<html>Welcome to our guest network</html>', { status: 200 });
    const method = init?.method ?? 'GET';
    await options.beforeSending?.({ url, method, body: String(init?.body ?? '') });
    const answer = await fetch(input, init);
    const seen = options.afterAnswer?.({ url, method });
    if (seen) await Promise.race([seen, aborted(init?.signal)]);
    return answer;
  };
  const person = { email: options.person ?? 'installer@example.org' };
  const openExternal = (authorizationUrl: string) => {
    signInAsPracticeInstaller({ authorizationUrl, email: person.email, password: installerPassword, fetch })
      .then((redirect) => fetch(redirect))
      .catch(() => {});
  };
  const setTimer = (callback: () => void, ms: number) => {
    const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1) / speed);
    return () => clearTimeout(timer);
  };
  const cloud: CloudPort = createCloud({
    url: cloudUrl,
    fetch: guarded,
    now,
    accessToken: (refused) => account.accessToken(refused),
  });
  const account = createAccount({
    store,
    identity: {
      issuer: `${cloudUrl}/oidc`,
      clientId: 'doorstep',
      scope: 'openid offline_access installer_api',
    },
    fetch: guarded,
    readMe: (signal) => cloud.me(signal),
    now,
    setTimer: (callback, ms) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    openExternal,
  });
  const log: unknown[] = [];
  const sync = createSync({
    store,
    cloud,
    account,
    // Moments that are stored keep the pace of the waits.
    now: () => began + Math.round(monotonic()),
    monotonic,
    setTimer,
    random: Math.random,
    newId: () => newId(),
    log: (line) => log.push(line),
  });
  const close = async () => {
    await sync.close();
    store.close();
  };
  return { dataDir, store, account, cloud, sync, net, now, log, person, close };
}
export type Laptop = Awaited<ReturnType<typeof makeLaptop>>;
