import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createNoblePort } from '../../../native/transport/index.ts';

const module = resolve(import.meta.dirname, '../../../native/transport/index.ts');

/** Runs a program in a process of its own, without whatever a radio bench put into this environment. */
async function run(script: string): Promise<string[]> {
  const { BLUETOOTH_HCI_SOCKET_UART_PORT: _, ...env } = process.env;
  const parameters = ['--input-type=module', '--eval', script, module];
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { env, timeout: 15_000 });
  return stdout.trim().split('\n');
}

test('the real driver is loaded only when a scan is wanted, and lets the process end', async () => {
  const [before, after, state, interrupts] = await run(`
    const { createNoblePort } = await import(process.argv[1]);
    const { createRequire } = await import('node:module');
    const loaded = () =>
      Object.keys(createRequire(process.argv[1]).cache).some((file) => file.includes('@abandonware/noble'));
    const port = createNoblePort();
    console.log(loaded());
    const told = new Promise((resolve) => port.onAdapterState(resolve));
    port.startScan();
    const state = await told;
    console.log(loaded());
    console.log(state);
    console.log(process.listenerCount('SIGINT'));
    await port.close();
  `);
  expect(before).toBe('false');
  expect(after).toBe('true');
  // Whatever this machine has: a state, not a crash.
  expect(['on', 'off', 'absent', 'forbidden']).toContain(state);
  expect(interrupts).toBe('0');
});

test('a driver that cannot be loaded is a state, by its code', async () => {
  const failing = (code?: string) => {
    const port = createNoblePort({
      load: async () => {
        throw Object.assign(new Error('no'), code === undefined ? {} : { code });
      },
    });
    const told = new Promise((done) => port.onAdapterState(done));
    port.startScan();
    return told.finally(() => port.close());
  };
  expect(await failing()).toBe('absent');
  expect(await failing('MODULE_NOT_FOUND')).toBe('absent');
  expect(await failing('EPERM')).toBe('forbidden');
});

test('without an adapter nothing can be connected, and the reason is coded', async () => {
  const port = createNoblePort({ load: () => Promise.reject(new Error('no')) });
  const told = new Promise((done) => port.onAdapterState(done));
  port.startScan();
  await told;
  await expect(port.connect('a', 'x')).rejects.toMatchObject({ code: 'ble.adapter_absent' });
  await port.close();
});
