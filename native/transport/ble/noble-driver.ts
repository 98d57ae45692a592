import type { Noble } from '@abandonware/noble/with-custom-binding.js';
import { linuxHasAdapter } from './linux-adapter.ts';
import type { AdapterState } from './port.ts';

/** A driver at work. */
export interface NobleDriver {
  readonly noble: Noble;
  /** Takes every listener from it, and what would keep the process alive. */
  stop(): void;
}

/** Loads noble and makes a driver of its own: the singleton cannot be stopped and made anew. */
export async function loadNoble(): Promise<Noble> {
  const { default: createNoble } = await import('@abandonware/noble/with-custom-binding.js');
  return createNoble({});
}

/** Over HCI a missing adapter looks like one that is switched off; Linux knows better. */
export function systemHasAdapter(): boolean {
  return process.platform !== 'linux' || linuxHasAdapter();
}

/** What noble calls its states; see `lib/noble.js` there. */
export function adapterStateOf(state: string, adapterExists: () => boolean): AdapterState {
  switch (state) {
    case 'poweredOn':
      return 'on';
    case 'poweredOff':
      return adapterExists() ? 'off' : 'absent';
    case 'unauthorized':
      return 'forbidden';
    case 'unsupported':
      return 'absent';
    default:
      return 'unknown';
  }
}

/** What it means that a driver cannot be loaded or started: a state, not a failure. */
export function stateOfFailure(error: unknown): AdapterState {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EPERM':
    case 'EACCES':
      return 'forbidden';
    case 'EBUSY':
      return 'stuck';
    default:
      return 'absent';
  }
}

/**
 * Starts the driver, and takes from it what belongs to the app: noble prints advice to standard output,
 * ends the process at SIGINT, polls its adapter for ever and has no way to stop.
 */
export function startDriver(noble: Noble): NobleDriver {
  const bindings = noble._bindings;
  const hci = bindings._hci;
  let stopped = false;
  noble.on('warning', () => {});
  if (hci !== undefined) {
    const poll = hci.pollIsDevUp;
    hci.pollIsDevUp = () => {
      if (!stopped) poll.call(hci);
    };
    let last: string | null = null;
    bindings.onStateChange = (state) => {
      if (state !== last) bindings.emit('stateChange', state);
      last = state;
    };
  }
  const exitListeners = new Set(process.listeners('exit'));
  void noble.state; // starts it
  const added = process.listeners('exit').filter((listener) => !exitListeners.has(listener));
  if (bindings.onSigIntBinded !== undefined) process.off('SIGINT', bindings.onSigIntBinded);
  return {
    noble,
    stop: () => {
      if (stopped) return;
      stopped = true;
      noble.removeAllListeners('discover');
      noble.removeAllListeners('stateChange');
      noble.removeAllListeners('scanStart');
      for (const listener of added) process.off('exit', listener);
      hci?._socket.stop();
      bindings.stop?.();
    },
  };
}
