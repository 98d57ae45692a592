import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPracticeCloud } from '../../electron/host/practice/index.ts';
import { addIq, createSite, finish, signInPerson, startTestCloud, waitFor } from './support/cloud.ts';

const program = join(import.meta.dirname, '../../electron/cli/practice-cloud.ts');

describe('the program', { timeout: 60_000 }, () => {
  let dataDir: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'doorstep-practice-'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = async (...extra: string[]) => {
    const child = spawn(process.execPath, [program, '--port', '0', '--data', dataDir, ...extra]);
    children.push(child);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const exit = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
    const first = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    await Promise.race([first, exit]);
    return { child, exit, output: () => output, errors: () => errors };
  };

  it('prints one line of JSON, stays, and ends cleanly on SIGTERM', async () => {
    const { child, exit, output } = await start();
    const { url, mailbox } = JSON.parse(output());
    expect(output()).toBe(`${JSON.stringify({ url, mailbox })}\n`);
    expect(mailbox).toBe(`${url}/practice/mailbox`);
    expect((await (await fetch(mailbox)).json()).items).toEqual([]);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('refuses a folder that another one uses, a port that is taken, and a line that makes no sense', async () => {
    const { output } = await start();
    const second = await start();
    expect([await second.exit, second.output()]).toEqual([1, '']);
    expect(second.errors()).toContain('uses this folder');
    const { port } = new URL(JSON.parse(output()).url);
    await expect(
      startPracticeCloud({ dataDir: join(dataDir, 'other'), port: Number(port) }),
    ).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect(await (await start('--colour', 'red')).exit).toBe(2);
  });

  it('loses nothing that it answered, and sends the mail once, when it is killed', async () => {
    const { child, exit, output } = await start();
    const urls = { now: JSON.parse(output()).url as string };
    const person = await signInPerson(() => urls.now, 'installer@example.org');
    await fetch(`${urls.now}/practice/traps`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"mail_down":true}',
    });
    const email = 'killed@example.org';
    const site = await createSite(person, { owner: { full_name: 'Ann', email, language: 'en' } });
    await addIq(person, site.id);
    const key = randomUUID();
    const path = `/installations/${site.id}/invitations`;
    const first = await person.call('POST', path, { body: finish(), key });
    child.kill('SIGKILL');
    await exit;
    const again = await start();
    urls.now = JSON.parse(again.output()).url;
    const replay = await person.call('POST', path, { body: finish(), key });
    expect([replay.body, replay.headers.get('idempotency-replayed')]).toEqual([first.body, 'true']);
    await fetch(`${urls.now}/practice/traps`, { method: 'DELETE' });
    const mailbox = await waitFor(async () => {
      const found = await (await fetch(`${urls.now}/practice/mailbox?to=${email}`)).json();
      return found.items.length > 0 ? found : undefined;
    });
    expect([mailbox.items.length, mailbox.smtp_deliveries]).toEqual([1, 1]);
    // The link leads to where the cloud is now.
    expect(mailbox.items[0].links[0]).toContain(urls.now);
  });

  it('sends to any SMTP server that it is given', async () => {
    const received: string[] = [];
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData(stream, session, callback) {
        received.push(...session.envelope.rcptTo.map((recipient) => recipient.address));
        stream.on('end', () => callback(null)).resume();
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.server.address() as { port: number };
    const test = await startTestCloud({ smtp: { host: '127.0.0.1', port } });
    const person = await test.signIn();
    const site = await createSite(person);
    await addIq(person, site.id);
    await person.call('POST', `/installations/${site.id}/invitations`, { body: finish() });
    await waitFor(async () => (received.length > 0 ? true : undefined));
    expect([received, await test.mails()]).toEqual([['ann@example.org'], []]);
    await test.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
});
