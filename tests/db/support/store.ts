import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type OpenedStore, openStore, type VaultKeySource } from '../../../db/open.ts';
import type { NewDevice, Store } from '../../../db/store.ts';
import type { IntentKind, NewIntent } from '../../../db/types.ts';
import { nextId, siteData } from './data.ts';

export { nextId, siteData };

/** A folder of this test's own, removed at its end. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'doorstep-db-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The key file of a data folder: the quickest way to open a vault. */
export const keyFileOf = (dataDir: string): VaultKeySource => ({
  kind: 'key_file',
  path: join(dataDir, 'key'),
});

/** A day on which nothing special happens. */
export const someDay = Date.UTC(2026, 2, 2, 9);

/** Opens a store and closes it at the end of the test. */
export async function openTestStore(
  dataDir: string,
  options: { now?: number; readOnly?: boolean } = {},
): Promise<OpenedStore> {
  const opened = await openStore({
    dataDir,
    vault: keyFileOf(dataDir),
    now: () => options.now ?? someDay,
    readOnly: options.readOnly ?? false,
  });
  onTestFinished(() => opened.store.close());
  return opened;
}

/** A store in a new folder. */
export async function newTestStore(): Promise<{ store: Store; dataDir: string }> {
  const dataDir = testFolder();
  const { store } = await openTestStore(dataDir);
  return { store, dataDir };
}

/** Writes a site and answers its id. */
export function addSite(store: Store, name = 'Kade', now = someDay): string {
  const id = nextId();
  store.sites.insert(id, siteData(name), now);
  return id;
}

export function newDevice(siteId: string, change: Partial<NewDevice> = {}): NewDevice {
  return {
    id: nextId(),
    siteId,
    parentId: null,
    position: 0,
    kind: 'iq',
    name: 'IQ 1',
    model: 'IQ3',
    radio: null,
    mac: null,
    door: '',
    floor: '',
    notes: '',
    activationCode: null,
    ...change,
  };
}

export function newIntent(
  siteId: string,
  kind: IntentKind = 'create_installation',
  needs: readonly string[] = [],
): NewIntent {
  return { id: nextId(), siteId, kind, subjectId: null, payload: null, needs };
}

/** What `work` throws, as code and parameters. */
export function problemOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return (error as { problem?: unknown }).problem ?? error;
  }
  return undefined;
}
