import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isExternalAllowed } from '../frame/external-links.ts';
import type { HostSettings } from '../frame/host-messages.ts';
import { superviseHost } from '../frame/supervisor.ts';
import { forkHost } from './host-child.ts';
import { serveLoopback } from './server.ts';

/** The whole app on loopback: a host in its own process, and its screens for browsers of this machine. */
export interface LoopbackApp {
  readonly origin: string;
  /** The address to open, with the one-time token. */
  readonly url: string;
  /** The process number of the host that runs now. */
  readonly hostPid: number | undefined;
  /** Ends when the host has closed its store. */
  stop(): Promise<void>;
}

export interface LoopbackAppOptions {
  readonly settings: HostSettings;
  /** 0 takes a free one. */
  readonly port: number;
  /** The built screens. */
  readonly rendererDir: string;
  /** Opens an allowed address for the person. */
  openExternal(url: string): void;
  /** The host's program; another one only in tests. */
  readonly hostEntry?: string;
}

/** Starts the app and ends when it can be used. Errors: `app.address_in_use`, and what the host cannot start for. */
export async function startLoopbackApp(options: LoopbackAppOptions): Promise<LoopbackApp> {
  const { settings, port, rendererDir, hostEntry = fileURLToPath(hostProcessUrl) } = options;
  const supervisor = superviseHost({
    spawn: () => forkHost(hostEntry),
    settings,
    openExternal(url) {
      if (isExternalAllowed(url, Object.values(settings.cloud ?? {}))) options.openExternal(url);
    },
    now: () => performance.now(),
    setTimer(callback, delayMs) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  });
  const server = await serveLoopback({ port, rendererDir, connect: () => supervisor.connect() });
  try {
    await supervisor.start();
  } catch (caught) {
    await server.close();
    await supervisor.stop();
    throw caught;
  }
  return {
    origin: server.origin,
    url: server.url,
    get hostPid() {
      return supervisor.pid;
    },
    async stop() {
      await server.close();
      await supervisor.stop();
    },
  };
}

/** Beside us, as source or as built. */
const hostProcessUrl = new URL(`../host/process${extname(import.meta.filename)}`, import.meta.url);
