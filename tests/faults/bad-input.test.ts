import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorTable, type Problem } from '../../electron/contract/index.ts';
import { problemWords } from '../../electron/frame/problem-text.ts';
import { startCloud } from '../e2e/support/cloud.ts';
import { hub, locks } from '../e2e/support/job.ts';
import { startProgram } from '../e2e/support/program.ts';
import { first, problemOf, type RunningApp, runApp, until } from '../support/running-app.ts';

/** What people, files, devices and clouds do wrong: each has its own code and words, and nothing is lost. */

const texts = fileURLToPath(new URL('../../resources/texts/en', import.meta.url));
let job: RunningApp;
let siteId: string;
let planned: string;

beforeAll(async () => {
  job = await runApp();
  siteId = await job.plan();
  await job.plugIn(['hub', 'lock0', 'lock1']);
  await job.pairHub(siteId);
  planned = JSON.stringify((await job.site(siteId)).devices.map(({ id, name, mac }) => [id, name, mac]));
}, 120_000);

afterAll(() => job.stop(), 60_000);

type Told = { code: string; params: Record<string, unknown> };

/** The problem has words with everything filled in, and the plan is as it was. */
async function expectToldAndKept({ code, params }: Told): Promise<void> {
  expect(Object.keys(errorTable)).toContain(code);
  const { title, why, next } = problemWords({ code, params } as Problem, texts);
  for (const words of [title, why, next]) expect(words, code).toMatch(/^[^{}]{6,}$/);
  const devices = (await job.site(siteId)).devices;
  expect(JSON.stringify(devices.map(({ id, name, mac }) => [id, name, mac]))).toBe(planned);
}

const find = async (mac: string) =>
  (await first(() => job.api.discovery.watch())).devices.find((one) => one.mac === mac || one.place === mac);

describe('bad input', () => {
  it('a damaged register: the fault, and nothing written', async () => {
    const broken = Buffer.from('site,kind\n"never closed').toString('base64');
    const told = await problemOf(job.api.register.preview({ fileName: 'x.csv', content: broken }));
    expect(told.code).toBe('register.quotes_broken');
    await expectToldAndKept(told);
    const latin = Buffer.from('site\nM\xfcller', 'latin1').toString('base64');
    expect((await problemOf(job.api.register.preview({ fileName: 'x.csv', content: latin }))).code).toBe(
      'register.encoding',
    );
  });

  it('the hub unplugged in the middle of attaching: the work says so, and the hub goes back', async () => {
    const { id: deviceId } = await job.device(siteId, locks[0]);
    const attached = problemOf(job.api.work.attach({ siteId, deviceIds: [deviceId] }));
    await until(
      job.work,
      (now) => now?.steps.some((step) => step.id === 'join' && step.state === 'running') === true,
      'the join',
    );
    await job.devices.ask({ do: 'unplug', mac: hub.mac });
    const told = await attached;
    expect(told.code).toBe('serial.port_gone');
    await expectToldAndKept(told);
    expect((await job.work())?.state).toBe('failed');
    expect((await job.device(siteId, locks[0])).state).not.toBe('attached');

    await job.devices.ask({ do: 'plug', mac: hub.mac });
    await until(
      () => find(hub.mac),
      (seen) => seen?.problem === null,
      'the hub back on its port',
    );
    await job.api.work.attach({ siteId, deviceIds: [deviceId] });
    expect((await job.device(siteId, locks[0])).state).toBe('attached');
    expect((await job.stats(hub.mac)).flash).toMatchObject({
      armed: false,
      attachments: { [locks[0]]: 'attached' },
    });
  }, 120_000);

  it('garbage on the line: skipped, and the work goes on', async () => {
    await job.devices.ask({ do: 'fault', mac: hub.mac, set: { kind: 'text_noise' } });
    const { id: deviceId } = await job.device(siteId, locks[1]);
    await job.api.work.attach({ siteId, deviceIds: [deviceId] });
    expect((await job.device(siteId, locks[1])).state).toBe('attached');
    await job.devices.ask({ do: 'fault', mac: hub.mac, clear: 'text_noise' });
  }, 120_000);

  it('a port that only babbles: named as no device', async () => {
    const link = join(job.folder, 'babble');
    const script = `process.stdin.resume(); setInterval(() => process.stdout.write('boot: ok\\n\\u0006\\t@@@@\\n'), 50)`;
    const babbler = execFile('socat', [
      // With ptmx, the babbler does not itself hold the port.
      `pty,ptmx,ignoreeof,raw,echo=0,link=${link}`,
      `EXEC:"${process.execPath} -e ${JSON.stringify(script).replaceAll(':', '\\:')}"`,
    ]);
    try {
      await until(async () => existsSync(link), Boolean, 'the babbling port');
      await job.api.discovery.addPort({ path: link });
      const seen = await until(
        () => find(link),
        (one) => one?.problem !== null && one?.problem !== undefined,
        'its problem',
      );
      expect(['serial.not_a_device', 'serial.noise']).toContain(seen?.problem?.code);
      await expectToldAndKept(seen?.problem as Told);
      await job.api.discovery.removePort({ path: link });
    } finally {
      babbler.kill();
    }
  }, 60_000);

  it('a port that is missing, and one that another program holds', async () => {
    const missing = join(job.folder, 'nowhere');
    await job.api.discovery.addPort({ path: missing });
    const gone = await until(
      () => find(missing),
      (one) => one?.problem !== null,
      'the missing port',
    );
    expect(gone?.problem?.code).toBe('serial.no_such_port');
    await expectToldAndKept(gone?.problem as Told);

    const holder = startProgram('tests/support/hold-port.ts', [job.port('lock2')]);
    try {
      await holder.line((line) => line === 'held', 'the port');
      await job.api.discovery.addPort({ path: job.port('lock2') });
      const busy = await until(
        () => find(job.port('lock2')),
        (one) => one?.problem !== null,
        'the busy port',
      );
      expect(busy?.problem?.code).toBe('serial.port_busy');
      await expectToldAndKept(busy?.problem as Told);
    } finally {
      await holder.stop();
    }
  }, 60_000);

  it('a cloud that answers nonsense: the outbox keeps everything and goes on afterwards', async () => {
    await until(
      () => find(locks[2]),
      (one) => one?.problem === null,
      'the third lock, free again',
    );
    await job.api.work.attach({ siteId, deviceIds: [(await job.device(siteId, locks[2])).id] });
    await job.testDoors(siteId);
    const port = Number(new URL(job.cloud.url).port);
    await job.cloud.stop();
    const nonsense = await answerNonsense(port);
    await job.api.sites.finish({ siteId });
    const resting = await until(
      () => first(() => job.api.outbox.watch()),
      ({ sites }) => sites.some((site) => site.problem !== null),
      'the problem in the outbox',
    );
    const told = resting.sites[0]?.problem as Told;
    expect(told.code).toBe('cloud.unreadable_answer');
    await expectToldAndKept(told);
    expect(resting.unsent).toBeGreaterThan(0);
    await new Promise((resolve) => nonsense.close(resolve));
    job.cloud = await startCloud(join(job.folder, 'cloud'), port);
    await job.api.outbox.syncNow();
    await until(
      () => job.site(siteId),
      ({ state }) => state === 'released',
      'the released site',
    );
  }, 180_000);

  it('a second instance: refused by name, and it harms nothing', async () => {
    const second = await new Promise<{ code: number; stdout: string }>((resolve) => {
      const main = fileURLToPath(new URL('../../electron/cli/main.ts', import.meta.url));
      const args = [
        main,
        '--json',
        '--data',
        join(job.folder, 'data'),
        'import',
        join(job.folder, 'none.csv'),
      ];
      execFile(process.execPath, args, { timeout: 30_000 }, (error, stdout) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout }),
      );
    });
    expect(second.code).toBe(1);
    const { problem } = JSON.parse(second.stdout) as { problem: Told };
    expect(problem.code).toBe('app.already_running');
    await expectToldAndKept(problem);
  }, 60_000);
});

/** A server on the cloud's port that knows no contract. */
function answerNonsense(port: number): Promise<Server> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end('{"hello": [');
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}
