import { join } from 'node:path';
import type { Store } from '../../../db/store.ts';
import type { MemorySource } from '../../../native/transport/index.ts';
import { type Environment, memorySource, type VirtualDevice } from '../../../native/virtual/index.ts';
import { CodedError, type Practice, type PracticeFault } from '../../contract/index.ts';
import {
  installerPassword,
  installers,
  signInAsPracticeInstaller,
  startPracticeCloud,
} from '../practice/index.ts';
import { modelOf } from '../rules/index.ts';
import { createSignal } from '../watch.ts';
import { ordinaryFaults } from './faults.ts';
import { createHardware, nearMetres } from './hardware.ts';

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
  holdReset(mac: string): void;
  setPower(mac: string, on: boolean): void;
  setFault(mac: string, fault: PracticeFault, on: boolean): void;
  setDistance(mac: string, metres: number): void;
  setSurroundings(surroundings: Practice['surroundings']): void;
  /** Power, no fault, near, cable and internet: for the devices here. */
  makeWell(): void;
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

  const heard = (of: VirtualDevice) => hardware.fieldOf(of).rssiAtLaptop(of.description.mac);
  const { surroundings } = hardware;

  return {
    memory: memorySource(hardware.here, undefined, heard),
    fetch: (input, init) => (reachable ? fetch(input, init) : Promise.reject(unreachable())),
    view: () => ({
      cloudUrl: cloud.url,
      mailboxUrl: cloud.mailboxUrl,
      cloudReachable: reachable,
      surroundings: { cable: surroundings.cable, internet: surroundings.internet },
      devices: hardware.here().map((each) => {
        const { description, powered, led } = each;
        const { mac, kind, activationCode, capabilities: caps } = description;
        const model = modelOf({ model: description.model, caps }, null) ?? description.model;
        const metres = Math.round(hardware.fieldOf(each).metresToLaptop(mac));
        const condition = { powered, led, faults: [...each.faults.kinds], metres, rssi: heard(each) ?? null };
        return { mac, kind, model, activationCode, ...condition };
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
    holdReset(mac) {
      device(mac).pressReset();
      changed.notify();
    },
    setPower(mac, on) {
      if (on) device(mac).powerOn();
      else device(mac).powerOff();
      changed.notify();
    },
    setFault(mac, fault, on) {
      const { faults } = device(mac);
      if (on) faults.set(ordinaryFaults[fault]);
      else faults.clear(fault);
      changed.notify();
    },
    setDistance(mac, metres) {
      hardware.fieldOf(device(mac)).placeAwayFromLaptop(mac, metres);
      changed.notify();
    },
    setSurroundings(next) {
      Object.assign(surroundings, next);
      changed.notify();
    },
    makeWell() {
      for (const each of hardware.here()) {
        each.faults.clear();
        each.powerOn();
        hardware.fieldOf(each).placeAwayFromLaptop(each.description.mac, nearMetres);
      }
      Object.assign(surroundings, { cable: true, internet: true });
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
