import { join } from 'node:path';
import { type OpenedStore, openStore } from '../../db/open.ts';
import type { Store } from '../../db/store.ts';
import { Device } from '../../native/devices/index.ts';
import {
  createDeviceFinder,
  createNoblePort,
  type DeviceFinder,
  identityOf,
  systemClock,
} from '../../native/transport/index.ts';
import type { Environment } from '../../native/virtual/index.ts';
import knownUsb from '../../resources/usb-devices.json' with { type: 'json' };
import { type AppState, asCodedError, CodedError, type Outbox } from '../contract/index.ts';
import { type Account, createAccount } from './account/index.ts';
import { createCloud } from './cloud/index.ts';
import { type Commissioning, createCommissioning } from './commissioning/index.ts';
import { createDiscovery, type Discovery } from './discovery/index.ts';
import { createFirmwareLibrary, type FirmwareLibrary } from './firmware/index.ts';
import { correctEmail, finishSite, outboxOf, retrySite } from './handover/index.ts';
import type { CloudConfiguration, HostPorts } from './ports.ts';
import { addPracticeFirmware } from './practice-world/firmware.ts';
import {
  createPracticeWorld,
  type PracticeCloudAccess,
  type PracticeWorld,
  signInForPractice,
  startCloudOf,
} from './practice-world/index.ts';
import { readSample } from './practice-world/sample.ts';
import { createRegister, type Register } from './register/index.ts';
import { defaultLimits } from './rules/index.ts';
import { createSiteList, type SiteList } from './site-list.ts';
import { type AccountRules, createSites, judgeSite, type Sites } from './sites/index.ts';
import { createSync, type Sync } from './sync/index.ts';
import { anyOf } from './watch.ts';

/** The parts of the product on one database: the person's own work, or practice. */
export interface Core {
  readonly mode: 'practice' | 'cloud';
  readonly store: Store;
  readonly sites: Sites;
  readonly siteList: SiteList;
  readonly register: Register;
  readonly discovery: Discovery;
  readonly commissioning: Commissioning;
  readonly firmware: FirmwareLibrary;
  readonly practice: PracticeWorld | null;
  /** How many mails the practice cloud delivered; null where there is none. */
  readonly smtpDeliveries: () => number | null;
  /** Aborts when the core is closed. */
  readonly closing: AbortSignal;
  readonly appState: () => AppState;
  readonly onAppChange: (listener: () => void) => () => void;
  readonly outboxView: () => Outbox;
  readonly onOutboxChange: (listener: () => void) => () => void;
  readonly signIn: (signal?: AbortSignal) => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** Throws `site.not_ready` while a blocker stands, `work.busy` while one of its devices is worked on. */
  readonly finish: (siteId: string) => void;
  readonly syncNow: () => void;
  readonly retry: (siteId: string) => void;
  readonly correctEmail: (siteId: string, email: string, emailRepeated: string) => void;
  readonly importSample: () => Promise<{ sites: number; devices: number }>;
  /** The practice world; throws `practice.off` outside of practice. */
  readonly practiceWorld: () => PracticeWorld;
  close(): Promise<void>;
}

/** How a core is opened. */
export interface CoreOptions {
  readonly mode: Core['mode'];
  readonly dataDir: string;
  /** What runs: everything; the database and the sync; the database alone; or a look at it beside a running app. */
  readonly use: 'app' | 'sync' | 'write' | 'read';
  /** Time and chance of practice mode's devices; the system's where absent. */
  readonly environment?: Environment;
  /** Whether the first start's question is still open. */
  readonly unset: boolean;
}

interface Online {
  readonly account: Account;
  readonly sync: Sync;
}

/** Opens the parts on the database of a folder. Errors: those of `openStore`; practice: of its cloud. */
export async function openCore(ports: HostPorts, options: CoreOptions): Promise<Core> {
  const { mode, dataDir, use } = options;
  const opened = await openStore({
    dataDir,
    vault: ports.vault,
    now: ports.now,
    readOnly: use === 'read',
  });
  if (opened.recovered !== null) {
    ports.log({ level: 'warn', what: 'database recovered', problem: opened.recovered.reason });
  }
  try {
    const cloud =
      mode === 'practice' && (use === 'app' || use === 'sync') ? await startCloudOf(dataDir) : null;
    return assemble(ports, opened, { ...options, cloud });
  } catch (caught) {
    opened.store.close();
    throw caught;
  }
}

function assemble(
  ports: HostPorts,
  { store }: OpenedStore,
  options: CoreOptions & { readonly cloud: PracticeCloudAccess | null },
): Core {
  const { now, newId } = ports;
  const closing = new AbortController();
  const practice =
    options.cloud === null
      ? null
      : createPracticeWorld({
          store,
          dataDir: options.dataDir,
          cloud: options.cloud,
          fetch: ports.fetch,
          ...(options.environment === undefined ? {} : { environment: options.environment }),
        });
  const online = connect(ports, store, practice, cloudOf(ports, options));
  const person = () => online?.account.state().me?.person.fullName ?? 'installer';
  const clockOffsetMs = () => store.account.get()?.clockOffsetMs ?? null;
  const firmware = createFirmwareLibrary({
    folder: join(options.dataDir, 'firmware'),
    readOnly: options.use === 'read',
    now,
    newId,
  });
  if (practice !== null) addPracticeFirmware(firmware);
  const rules = (): AccountRules => ({
    ...rulesOf(online?.account),
    clockOffsetMs: clockOffsetMs(),
    newestFirmware: firmware.newest(),
  });
  const finder = createFinder(practice, options.mode);
  const discovery = createDiscovery({ finder, store, practice: practice !== null });
  const commissioning = createCommissioning({
    store,
    discovery,
    firmware,
    open: (foundId, signal) => finder.open(foundId, { signal }),
    clock: systemClock,
    newId,
    person,
    rules,
    clockOffsetMs,
  });
  const register = createRegister({ store, now, newId, rules, person });
  const handover = (siteId: string) => ({ store, siteId, person: person(), now, newId });
  const siteList = createSiteList(store, rules);
  const outboxChanges = (listener: () => void) => store.onChange(({ outbox }) => outbox && listener());
  const onlineChanges = (listener: () => void) =>
    online === null ? () => {} : anyOf(online.account.onChange, online.sync.onChange)(listener);
  const bornAt = new Date(now()).toISOString();

  if (options.use === 'app') {
    stayAwakeWhileWorking(commissioning, ports.keepAwake);
    discovery.start();
    void commissioning.resume();
  }
  if (options.use === 'app' || options.use === 'sync') online?.sync.start();

  return {
    mode: options.mode,
    store,
    sites: createSites({ store, now, newId, person }),
    siteList: {
      ...siteList,
      subscribe(siteId, changed) {
        practice?.visit(siteId);
        return anyOf(
          (listener) => siteList.subscribe(siteId, listener),
          onlineChanges,
          firmware.subscribe,
        )(changed);
      },
    },
    register,
    discovery,
    commissioning,
    firmware,
    practice,
    smtpDeliveries: () => options.cloud?.smtpDeliveries() ?? null,
    closing: closing.signal,

    appState() {
      const { me, session } = online?.account.state() ?? { me: null, session: 'signed_out' };
      const seen = discovery.view();
      const { unsent, needsPerson } = store.outbox.counts();
      return {
        version: ports.version,
        mode: options.unset && me === null ? 'unset' : options.mode,
        // What the cloud told of a person outlives the session, for planning offline.
        person: me === null || session === 'signed_out' ? null : { ...me.person },
        cloud: online?.sync.state() ?? {
          state: 'not_configured',
          since: bornAt,
          lastAnswerAt: null,
          clockOffsetMs: null,
          signInUrl: null,
        },
        unsent,
        needsPerson,
        bluetooth: seen.bluetooth,
        heard: seen.devices.filter((device) => device.transport === 'bluetooth').length,
        cables: seen.devices
          .filter((device) => device.transport === 'usb')
          .map((device) => device.place || (device.mac ?? '')),
        unsaved: store.health.ailment(),
        recovery: recoveryOf(store),
        tenants: me?.tenants.map((tenant) => tenant.name) ?? [],
        businessTypes: [...(me?.businessTypes ?? [])],
      };
    },
    onAppChange: anyOf(discovery.subscribe, outboxChanges, onlineChanges, store.health.onChange),
    outboxView: () => outboxOf(store, new Date(now()).setHours(0, 0, 0, 0)),
    onOutboxChange: anyOf(outboxChanges, onlineChanges),

    async signIn(signal) {
      if (online === null) throw new CodedError('account.cloud_not_configured');
      const end = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
      await online.account.signIn(end);
      online.sync.wake('network');
    },
    signOut: async () => online?.account.signOut(),

    finish(siteId) {
      const site = store.sites.get(siteId);
      if (site === undefined) throw new CodedError('site.not_found');
      const work = commissioning.current();
      if (work?.state === 'running' && work.siteId === siteId) throw new CodedError('work.busy');
      const { findings } = judgeSite(site, store.devices.ofSite(siteId), store, rules());
      const blockers = findings.filter((found) => found.severity === 'blocker').length;
      if (blockers > 0) throw new CodedError('site.not_ready', { blockers });
      finishSite(handover(siteId));
    },
    syncNow: () => online?.sync.wake('sync_now'),
    retry: (siteId) => retrySite(handover(siteId)),
    correctEmail: (siteId, email, emailRepeated) =>
      correctEmail({ ...handover(siteId), email, emailRepeated }),

    async importSample() {
      if (options.mode !== 'practice') throw new CodedError('practice.off');
      const { previewId } = await register.preview('practice-register.csv', readSample());
      return register.accept(previewId);
    },
    practiceWorld() {
      if (practice === null) throw new CodedError('practice.off');
      return practice;
    },

    async close() {
      closing.abort(new CodedError('app.host_restarting'));
      await commissioning.close();
      await finder.stop();
      await online?.sync.close();
      await options.cloud?.close();
      store.close();
    },
  };
}

function recoveryOf(store: Store): AppState['recovery'] {
  const recovered = store.health.recovered();
  if (recovered === null) return null;
  const { sites, more, complete } = recovered.losses;
  return { problem: recovered.reason, sites: [...sites], more, complete };
}

function cloudOf(
  ports: HostPorts,
  { cloud, mode }: CoreOptions & { readonly cloud: PracticeCloudAccess | null },
): CloudConfiguration | null {
  if (mode === 'cloud') return ports.cloud;
  return cloud === null ? null : { url: cloud.url, issuer: `${cloud.url}/oidc` };
}

/** The way to the cloud, where one is configured. Practice signs in by itself, on the provider's own pages. */
function connect(
  ports: HostPorts,
  store: Store,
  practice: PracticeWorld | null,
  configuration: CloudConfiguration | null,
): Online | null {
  if (configuration === null) return null;
  const { now, monotonic, random, newId } = ports;
  const request = practice?.fetch ?? ports.fetch;
  const setTimer = (callback: () => void, delayMs: number) => systemClock.setTimer(callback, delayMs);
  const cloud = createCloud({
    url: configuration.url,
    fetch: request,
    now,
    accessToken: (refused) => account.accessToken(refused),
  });
  const account: Account = createAccount({
    store,
    identity: {
      issuer: configuration.issuer,
      clientId: 'doorstep',
      scope: 'openid offline_access installer_api',
    },
    fetch: request,
    readMe: cloud.me,
    now,
    setTimer,
    openExternal: (url) => {
      if (practice === null) ports.openExternal(url);
      else
        signInForPractice(url, ports.fetch).catch((caught) => logFailure(ports, 'practice sign-in', caught));
    },
  });
  const sync = createSync({
    store,
    cloud,
    account,
    now,
    monotonic,
    setTimer,
    random,
    newId,
    log: ports.log,
  });
  return { account, sync };
}

function logFailure(ports: HostPorts, what: string, caught: unknown): void {
  ports.log({ level: 'warn', what, problem: asCodedError(caught).problem, cause: caught });
}

/** Practice hears its own devices alone; else the laptop's cables and its Bluetooth. */
function createFinder(practice: PracticeWorld | null, mode: Core['mode']): DeviceFinder {
  return createDeviceFinder({
    knownUsb,
    ble: mode === 'practice' ? null : createNoblePort(),
    ...(practice === null ? {} : { memory: practice.memory, listPorts: async () => [] }),
    identify: async (channel) => {
      const device = await Device.open(channel, { clock: systemClock });
      return identityOf(device.identity);
    },
  });
}

/** What the account says of tenants, types and limits; before the first sign-in the field's own limits hold. */
function rulesOf(account: Account | undefined): Pick<AccountRules, 'limits' | 'tenants' | 'businessTypes'> {
  const me = account?.state().me ?? null;
  if (me === null) return { limits: new Map([['*', defaultLimits]]), tenants: null, businessTypes: null };
  return {
    limits: me.limits,
    tenants: me.tenants.map((tenant) => tenant.name),
    businessTypes: me.businessTypes,
  };
}

/** Sleep would let what is armed go back, and the work with it; told only when it changes. */
function stayAwakeWhileWorking(commissioning: Commissioning, keepAwake: (wanted: boolean) => void): void {
  let told = false;
  commissioning.subscribe(() => {
    const wanted = commissioning.current()?.state === 'running';
    if (wanted !== told) keepAwake(wanted);
    told = wanted;
  });
}

/** The folder of a mode's data below the data folder: practice never meets real work. */
export function folderOf(dataDir: string, mode: Core['mode']): string {
  return mode === 'practice' ? join(dataDir, 'practice') : dataDir;
}
