import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { contract, Device, Site, Work } from '../../electron/contract/index.ts';
import { installerPassword, signInAsPracticeInstaller } from '../../electron/host/practice/index.ts';
import { type LoopbackApp, startLoopbackApp } from '../../electron/loopback/index.ts';
import { type CloudProgram, startCloud } from '../e2e/support/cloud.ts';
import { hub, locks, register } from '../e2e/support/job.ts';
import { type Program, startProgram } from '../e2e/support/program.ts';
import { cookieOf, openSocket, redeem } from './loopback-page.ts';

export type Api = ContractRouterClient<typeof contract>;

/** The app with its host in a process of its own, driven through the contract; devices and cloud are processes too. */
export interface RunningApp {
  readonly folder: string;
  readonly devices: Program;
  cloud: CloudProgram;
  readonly app: LoopbackApp;
  /** Calls to the host that runs now. */
  readonly api: Api;
  /** Kills the host as a power cut would, and comes back to the one that takes its place. */
  killHost(): Promise<void>;
  /** The path of a device's serial port: `hub`, `lock0`, `lock1`, `lock2`. */
  port(name: string): string;
  /** Signs in and imports the register; answers the site's id. */
  plan(): Promise<string>;
  /** Adds the ports and waits until hub and locks are seen. */
  plugIn(names: readonly string[]): Promise<void>;
  pairHub(siteId: string): Promise<void>;
  /** Tests every door; every check that a person is asked, passes. */
  testDoors(siteId: string): Promise<void>;
  site(siteId: string): Promise<Site>;
  work(): Promise<Work | null>;
  device(siteId: string, mac: string): Promise<Device>;
  /** What a virtual device has in its flash, and how often it was written. */
  stats(mac: string): Promise<{ writes: Record<string, number>; flash: Record<string, unknown> }>;
  stop(): Promise<void>;
}

/** Starts devices, cloud and app in a folder of their own. */
export async function runApp(): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-running-'));
  mkdirSync(join(folder, 'screens'));
  writeFileSync(join(folder, 'screens', 'index.html'), '<!doctype html>');
  const port = (name: string) => join(folder, name);
  const devices = startProgram('electron/cli/virtual-device.ts', [
    ...['iq', '--pty', port('hub'), '--mac', hub.mac, '--code', hub.code],
    ...locks.flatMap((mac, index) => ['lock', '--mac', mac, '--pty', port(`lock${index}`)]),
  ]);
  for (const mac of [hub.mac, ...locks])
    await devices.line((line) => line.includes(mac), `the device ${mac}`);
  const cloud = await startCloud(join(folder, 'cloud'));
  const app = await startLoopbackApp({
    settings: {
      version: '0.0.0',
      dataDir: join(folder, 'data'),
      vault: { kind: 'key_file' },
      practice: false,
      cloud: { url: cloud.url, issuer: `${cloud.url}/oidc` },
    },
    port: 0,
    rendererDir: join(folder, 'screens'),
    openExternal: (url) => void signInInBrowser(url),
  });
  const cookie = cookieOf(await redeem(app.url));
  const connect = (): Api => {
    const socket = openSocket(app.origin, { Cookie: cookie });
    return createORPCClient(new RPCLink({ websocket: socket as unknown as WebSocket }));
  };
  let api = connect();

  const running: RunningApp = {
    folder,
    devices,
    cloud,
    app,
    get api() {
      return api;
    },
    async killHost() {
      const { hostPid } = app;
      if (hostPid === undefined) throw new Error('there is no host to kill');
      process.kill(hostPid, 'SIGKILL');
      for (;;) {
        await rest(100);
        if (app.hostPid !== undefined && app.hostPid !== hostPid) break;
        api = connect();
        await first(() => api.app.watch()).catch(() => {});
      }
      api = connect();
    },
    port,
    async plan() {
      await api.account.signIn();
      const content = Buffer.from(register).toString('base64');
      const { previewId } = await api.register.preview({ fileName: 'register.csv', content });
      await api.register.accept({ previewId });
      return (await first(() => api.sites.watch())).rows[0]?.id ?? '';
    },
    async plugIn(names) {
      for (const name of names) await api.discovery.addPort({ path: port(name) });
      const macs = names.map((name) => (name === 'hub' ? hub.mac : locks[Number(name.slice(-1))]));
      await until(
        () => first(() => api.discovery.watch()),
        (seen) => macs.every((mac) => seen.devices.some((one) => one.mac === mac)),
        'the devices',
      );
    },
    async pairHub(siteId) {
      const { devices: found } = await first(() => api.discovery.watch());
      const foundId = found.find((one) => one.mac === hub.mac)?.id ?? '';
      const { id: deviceId } = await running.device(siteId, hub.mac);
      await api.work.pairHub({ deviceId, foundId, activationCode: hub.code });
    },
    async testDoors(siteId) {
      for (const { id: deviceId } of (await running.site(siteId)).devices.filter(
        (one) => one.kind === 'lock',
      )) {
        let ended = false;
        const tested = api.work.testDoor({ deviceId }).finally(() => {
          ended = true;
        });
        while (!ended) {
          const now = await running.work();
          if (now?.question) {
            const { id: workId, question: check } = now;
            await api.work.answer({ workId, check, answer: 'passed' }).catch(() => {});
          }
          await rest(20);
        }
        await tested;
      }
    },
    site: (siteId) => first<Site>(() => api.sites.watchOne({ siteId })),
    work: () => first<Work | null>(() => api.work.watch()),
    async device(siteId, mac) {
      const found = (await running.site(siteId)).devices.find((one) => one.mac === mac);
      if (found === undefined) throw new Error(`${mac} is not in the plan`);
      return found;
    },
    stats: async (mac) =>
      (await devices.ask({ do: 'stats', mac })) as Awaited<ReturnType<RunningApp['stats']>>,
    async stop() {
      await app.stop();
      await running.cloud.stop();
      await devices.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return running;
}

async function signInInBrowser(authorizationUrl: string): Promise<void> {
  const person = { email: 'installer@example.org', password: installerPassword, fetch };
  await fetch(await signInAsPracticeInstaller({ authorizationUrl, ...person }));
}

/** The first snapshot of a watch. */
export async function first<T>(watch: () => Promise<AsyncIterableIterator<T>>): Promise<T> {
  const iterator = await watch();
  const { value } = await iterator.next();
  await iterator.return?.();
  return value as T;
}

/** Looks again and again, for a minute at most, until what is seen fits. */
export async function until<T>(look: () => Promise<T>, fits: (seen: T) => boolean, what: string): Promise<T> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const seen = await look().catch(() => undefined);
    if (seen !== undefined && fits(seen)) return seen;
    await rest(50);
  }
  throw new Error(`never saw ${what}`);
}

/** The code of the declared error that a call ends with. */
export async function problemOf(
  call: Promise<unknown>,
): Promise<{ code: string; params: Record<string, unknown> }> {
  try {
    await call;
  } catch (caught) {
    return (caught as { data: { code: string; params: Record<string, unknown> } }).data;
  }
  throw new Error('the call did not fail');
}
