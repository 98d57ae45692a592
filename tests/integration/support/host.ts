import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { v7 } from 'uuid';
import { onTestFinished } from 'vitest';
import { createHost, type Host, type HostPorts } from '../../../electron/host/index.ts';
import { openLogFile } from '../../../electron/host/log-file.ts';

/** A folder of this test's own, removed at its end. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-job-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** The ports of a host in its own process, with its log in the data folder. */
export function portsIn(dataDir: string, change: Partial<HostPorts> = {}): HostPorts {
  return {
    version: '0.0.0',
    dataDir,
    vault: { kind: 'key_file', path: join(dataDir, 'vault.key') },
    cloud: null,
    practice: true,
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    newId: v7,
    fetch,
    openExternal: () => {},
    keepAwake: () => {},
    log: openLogFile(dataDir),
    ...change,
  };
}

/** Starts a host; it is closed at the end of the test unless that has happened before. */
export async function openHost(dataDir: string, change: Partial<HostPorts> = {}) {
  const host = await createHost(portsIn(dataDir, change));
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= host.close();
    return closing;
  };
  onTestFinished(close);
  return { host, api: apiOf(host), close };
}

function apiOf(host: Host) {
  return createRouterClient(host.router, { context: host.context });
}
export type Api = ReturnType<typeof apiOf>;

/** What a watch gives once it is as asked. */
export async function first<T>(
  watching: Promise<AsyncIterable<T>>,
  is: (snapshot: T) => boolean = () => true,
): Promise<T> {
  for await (const snapshot of await watching) if (is(snapshot)) return snapshot;
  throw new Error('the watch ended');
}

/** Waits until practice mode has signed its installer in and hears its cloud. */
export async function untilOnline(api: Api): Promise<void> {
  await first(api.app.watch(), ({ person, cloud }) => person !== null && cloud.state === 'online');
}
