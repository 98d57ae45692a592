import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { contract, Device, Site, Work } from '../../electron/contract/index.ts';
import { installerPassword, signInAsPracticeInstaller } from '../../electron/host/practice/index.ts';
import { type LoopbackApp, startLoopbackApp } from '../../electron/loopback/index.ts';
import { type CloudProgram, startCloud } from '../e2e/support/cloud.ts';
import { hub, locks, register } from '../e2e/support/job.ts';
import { type Program, startProgram } from '../e2e/support/program.ts';
import { cookieOf, openSocket, redeem } from '../support/loopback-page.ts';

/** The host is killed as a power cut would, in the middle of its work; devices and cloud live on elsewhere. */

type Api = ContractRouterClient<typeof contract>;

let folder: string;
let devices: Program;
let cloud: CloudProgram;
let app: LoopbackApp;
let cookie: string;
let api: Api;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doorstep-kills-'));
  mkdirSync(join(folder, 'screens'));
  writeFileSync(join(folder, 'screens', 'index.html'), '<!doctype html>');
  devices = startProgram('electron/cli/virtual-device.ts', [
    ...['iq', '--pty', join(folder, 'hub'), '--mac', hub.mac, '--code', hub.code],
    ...locks.flatMap((mac, index) => ['lock', '--mac', mac, '--pty', join(folder, `lock${index}`)]),
  ]);
  for (const mac of [hub.mac, ...locks])
    await devices.line((line) => line.includes(mac), `the device ${mac}`);
  cloud = await startCloud(join(folder, 'cloud'));
  app = await startLoopbackApp({
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
  cookie = cookieOf(await redeem(app.url));
  api = connect();
}, 120_000);

afterAll(async () => {
  await app.stop();
  await cloud.stop();
  await devices.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

async function signInInBrowser(authorizationUrl: string): Promise<void> {
  const person = { email: 'installer@example.org', password: installerPassword, fetch };
  await fetch(await signInAsPracticeInstaller({ authorizationUrl, ...person }));
}

function connect(): Api {
  const socket = openSocket(app.origin, { Cookie: cookie });
  return createORPCClient(new RPCLink({ websocket: socket as unknown as WebSocket }));
}

/** Kills the host and comes back to the one that takes its place. */
async function killHost(): Promise<void> {
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
}

/** The first snapshot of a watch. */
async function first<T>(watch: () => Promise<AsyncIterableIterator<T>>): Promise<T> {
  const iterator = await watch();
  const { value } = await iterator.next();
  await iterator.return?.();
  return value as T;
}

/** Looks again and again until what is seen fits. */
async function until<T>(look: () => Promise<T>, fits: (seen: T) => boolean, what: string): Promise<T> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const seen = await look().catch(() => undefined);
    if (seen !== undefined && fits(seen)) return seen;
    await rest(50);
  }
  throw new Error(`never saw ${what}`);
}

const site = (siteId: string) => first<Site>(() => api.sites.watchOne({ siteId }));
const work = () => first<Work | null>(() => api.work.watch());
const device = async (siteId: string, mac: string): Promise<Device> => {
  const found = (await site(siteId)).devices.find((one) => one.mac === mac);
  if (found === undefined) throw new Error(`${mac} is not in the plan`);
  return found;
};
const writesOf = async (mac: string) =>
  (await devices.ask({ do: 'stats', mac })).writes as Record<string, number>;

describe('a host that is killed', () => {
  let siteId: string;

  beforeAll(async () => {
    await api.account.signIn();
    const content = Buffer.from(register).toString('base64');
    const { previewId } = await api.register.preview({ fileName: 'register.csv', content });
    await api.register.accept({ previewId });
    siteId = (await first(() => api.sites.watch())).rows[0]?.id ?? '';
    for (const port of ['hub', 'lock0', 'lock1', 'lock2'])
      await api.discovery.addPort({ path: join(folder, port) });
    const found = await until(
      () => first(() => api.discovery.watch()),
      (seen) => [hub.mac, ...locks].every((mac) => seen.devices.some((one) => one.mac === mac)),
      'the hub and its locks',
    );
    const foundId = found.devices.find((one) => one.mac === hub.mac)?.id ?? '';
    await api.work.pairHub({
      deviceId: (await device(siteId, hub.mac)).id,
      foundId,
      activationCode: hub.code,
    });
  }, 120_000);

  it('goes on attaching where it was, and writes nothing twice', async () => {
    const deviceIds = await Promise.all(locks.map(async (mac) => (await device(siteId, mac)).id));
    api.work.attach({ siteId, deviceIds }).catch(() => {});
    const killAt = { [locks[0]]: 'ticket', [locks[1]]: 'join', [locks[2]]: 'tests' } as const;
    const journal: string[] = [];
    for (const mac of locks) {
      const id = (await device(siteId, mac)).id;
      const seen = await until(
        work,
        (now) =>
          now?.deviceIds[0] === id &&
          now.steps.some((step) => step.id === killAt[mac] && step.state !== 'waiting'),
        `${killAt[mac]} of ${mac}`,
      );
      expect(seen?.state).toBe('running');
      await killHost();
      journal.push(`${mac} killed at ${killAt[mac]}`);
    }
    await until(
      () => site(siteId),
      ({ doors }) => doors.attached === 3,
      'three attached locks',
    );
    await until(work, (now) => now?.state === 'done', 'the end of the work');

    expect(await writesOf(hub.mac)).toMatchObject({ tree: 3, attach: 3 });
    for (const mac of locks) expect(await writesOf(mac), mac).toMatchObject({ join: 1 });
    const { flash } = (await devices.ask({ do: 'stats', mac: hub.mac })) as {
      flash: { attachments: object; armed: boolean };
    };
    expect(flash).toMatchObject({
      armed: false,
      attachments: Object.fromEntries(locks.map((mac) => [mac, 'attached'])),
    });
    for (const mac of locks) {
      expect((await devices.ask({ do: 'stats', mac })).flash, mac).toMatchObject({
        armed: false,
        end: 'committed',
      });
    }
    expect(journal).toHaveLength(3);
  }, 180_000);

  it('goes on sending where it was: one invitation, one release, nothing twice', async () => {
    for (const mac of locks) {
      const deviceId = (await device(siteId, mac)).id;
      const tested = api.work.testDoor({ deviceId });
      let ended = false;
      tested.finally(() => {
        ended = true;
      });
      while (!ended) {
        const now = await work();
        if (now?.question) await api.work.answer({ workId: now.id, answer: 'passed' }).catch(() => {});
        await rest(20);
      }
      await tested;
    }
    // The cloud commits and says nothing, then asks to slow down: kills fall into both.
    await cloud.traps({
      commit_then_drop: { times: 2, match: 'POST /installations/{installation_id}/locks' },
      rate_limit: { times: 1, retry_after: 3, match: 'POST /installations/{installation_id}/invitations' },
    });
    await api.sites.finish({ siteId });
    await until(
      cloud.ledger,
      (rows) => rows.some((row) => row.event === 'lock.created'),
      'a registered lock',
    );
    await killHost();
    await until(
      cloud.ledger,
      (rows) => rows.some((row) => row.event === 'tree.replaced'),
      'the tree in the cloud',
    );
    await killHost();
    await until(
      () => site(siteId),
      ({ state }) => state === 'released',
      'the released site',
    );

    const events = (
      await until(cloud.ledger, (rows) => rows.some((row) => row.event === 'invitation.sent'), 'the mail')
    ).map((row) => row.event);
    const expected = {
      'installation.created': 1,
      'subscription.redeemed': 1,
      'iq.created': 1,
      'lock.created': 3,
      'tree.replaced': 1,
      'invitation.created': 1,
      'invitation.sent': 1,
      'installation.released': 1,
    };
    expect(
      Object.fromEntries(
        Object.entries(Object.groupBy(events, (event) => event)).map(([event, rows]) => [
          event,
          rows?.length,
        ]),
      ),
    ).toEqual(expected);
    expect(await cloud.mailbox('zoe@example.org')).toHaveLength(1);
  }, 180_000);
});
