import { join } from 'node:path';
import type { Store } from '../../../db/store.ts';
import type { MemorySource } from '../../../native/transport/index.ts';
import { type Environment, memorySource, type VirtualDevice } from '../../../native/virtual/index.ts';
import { CodedError, type Practice } from '../../contract/index.ts';
import {
  installerPassword,
  installers,
  signInAsPracticeInstaller,
  startPracticeCloud,
} from '../practice/index.ts';
import { modelOf } from '../rules/index.ts';
import { createSignal } from '../watch.ts';
import { createHardware } from './hardware.ts';

export interface PracticeCloudAccess {
  readonly url: string;
  readonly mailboxUrl: string;
  smtpDeliveries(): number;
  close(): Promise<void>;
}

/** Practice mode's outside: virtual devices, and a cloud on this laptop that can be taken away. */
export interface PracticeWorld {
  /** What the finder hears. */
  readonly memory: MemorySource;
  /** Reaches the practice cloud while it is not taken away. */
  readonly fetch: typeof fetch;
  view(): Practice;
  subscribe(listener: () => void): () => void;
  visit(siteId: string): void;
  presentCard(mac: string): void;
  pressButton(mac: string): void;
  setReachable(reachable: boolean): void;
}

export interface PracticeWorldDeps {
  readonly store: Store;
  readonly dataDir: string;
  readonly cloud: PracticeCloudAccess;
  readonly fetch: typeof fetch;
  /** Time and chance of the virtual devices; the system's where absent. */
  readonly environment?: Environment;
}

/** Starts the practice cloud in the practice data's folder. */
export function startCloudOf(dataDir: string): Promise<PracticeCloudAccess> {
  return startPracticeCloud({ dataDir: join(dataDir, 'cloud'), port: 0 });
}

/** Makes the practice world around a practice cloud that runs. */
export function createPracticeWorld(deps: PracticeWorldDeps): PracticeWorld {
  const { store, dataDir, cloud, fetch, environment } = deps;
  const changed = createSignal();
  const hardware = createHardware({
    store,
    folder: join(dataDir, 'devices'),
    ...(environment === undefined ? {} : { environment }),
  });
  let reachable = true;
  // Work that a process left unfinished goes on where its devices are.
  for (const { siteId } of store.work.unfinished()) hardware.visit(siteId);

  const device = (mac: string): VirtualDevice => {
    const found = hardware.find(mac);
    if (found === undefined) throw new CodedError('work.device_not_found', { device: mac });
    return found;
  };

  return {
    memory: memorySource(hardware.here),
    fetch: (input, init) => (reachable ? fetch(input, init) : Promise.reject(unreachable())),
    view: () => ({
      cloudUrl: cloud.url,
      mailboxUrl: cloud.mailboxUrl,
      cloudReachable: reachable,
      devices: hardware.here().map(({ description, powered }) => {
        const { mac, kind, activationCode, capabilities: caps } = description;
        const model = modelOf({ model: description.model, caps }, null) ?? description.model;
        return { mac, kind, model, activationCode, powered };
      }),
    }),
    subscribe: (listener) => {
      const ends = [changed.subscribe(listener), store.onChange(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    visit(siteId) {
      hardware.visit(siteId);
      changed.notify();
    },
    presentCard(mac) {
      device(mac).presentCard();
      changed.notify();
    },
    pressButton(mac) {
      device(mac).pressButton();
      changed.notify();
    },
    setReachable(next) {
      reachable = next;
      changed.notify();
    },
  };
}

/** What fetch says where no network leads to the host. */
function unreachable(): TypeError {
  const cause = Object.assign(new Error('the network is switched off in practice mode'), {
    code: 'ENETUNREACH',
  });
  return new TypeError('fetch failed', { cause });
}

/**
 * Signs the practice installer in on the provider's own pages, as the person's browser would: reads the form, fills
 * it in, and follows to the app's redirect address.
 */
export async function signInForPractice(authorizationUrl: string, request: typeof fetch): Promise<void> {
  const [installer] = installers;
  if (installer === undefined) throw new CodedError('account.sign_in_failed');
  const redirect = await signInAsPracticeInstaller({
    authorizationUrl,
    email: installer.email,
    password: installerPassword,
    fetch: request,
  });
  await (await request(redirect)).body?.cancel();
}
