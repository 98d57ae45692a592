import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type * as Electron from 'electron';

/**
 * The part of Electron that electron/shell uses, played under Node: what it was told is kept, and the test raises
 * what Electron would. Each part `satisfies` the real types, so that it cannot drift from them.
 */

/** A MessagePort in the form of Electron's main process, over a real one of Node. */
export class PlayedMessagePort extends EventEmitter {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('close', () => this.emit('close'));
  }
  postMessage(message: unknown): void {
    this.#port.postMessage(message);
  }
  start(): void {
    this.#port.on('message', (data) => this.emit('message', { data, ports: [] }));
  }
  close(): void {
    this.#port.close();
  }
}

/** Makes a pair of played ports. */
export class MessageChannelMain {
  readonly port1: PlayedMessagePort;
  readonly port2: PlayedMessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new PlayedMessagePort(port1);
    this.port2 = new PlayedMessagePort(port2);
  }
}

/** A utility process; `parentPort` is what its program would have. */
export class PlayedUtilityProcess extends EventEmitter {
  readonly pid = 4711;
  readonly parentPort = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown): void => {
      this.emit('message', structuredClone(message));
    },
  });

  postMessage(message: unknown, ports: readonly PlayedMessagePort[] = []): void {
    this.parentPort.emit('message', { data: structuredClone(message), ports });
  }
  kill(): boolean {
    return this.emit('exit', 1);
  }
}

/** What the test can look at and change. */
export const played = {
  forks: [] as { entry: string; args: readonly string[]; process: PlayedUtilityProcess }[],
  windows: [] as BrowserWindow[],
  opened: [] as string[],
  schemes: [] as Electron.CustomScheme[],
  handlers: new Map<string, (request: Request) => Response | Promise<Response>>(),
  onFork: (_process: PlayedUtilityProcess): void => {},
  singleInstance: true,
};

const asPort = (process: PlayedUtilityProcess): Electron.UtilityProcess =>
  process as unknown as Electron.UtilityProcess;

export const utilityProcess = {
  fork(entry, args = []) {
    const process = new PlayedUtilityProcess();
    played.forks.push({ entry, args, process });
    played.onFork(process);
    return asPort(process);
  },
} satisfies Pick<typeof Electron.utilityProcess, 'fork'>;

let becomeReady = (): void => {};
const whenReady = new Promise<void>((resolve) => {
  becomeReady = resolve;
});

export const app = Object.assign(new EventEmitter(), {
  isPackaged: false,
  quits: 0,
  exits: [] as number[],
  paths: {} as Record<string, string>,
  sandboxed: false,
  becomeReady,
  enableSandbox() {
    this.sandboxed = true;
  },
  exit(code = 0) {
    this.exits.push(code);
  },
  getVersion: () => '0.0.0',
  quit() {
    this.quits += 1;
  },
  requestSingleInstanceLock: () => played.singleInstance,
  setPath(name: string, path: string) {
    this.paths[name] = path;
  },
  whenReady: () => whenReady,
}) satisfies Pick<
  Electron.App,
  | 'enableSandbox'
  | 'exit'
  | 'getVersion'
  | 'isPackaged'
  | 'quit'
  | 'requestSingleInstanceLock'
  | 'setPath'
  | 'whenReady'
>;

export const ipcMain = new EventEmitter();

/** The page's contents; a test raises what the page would do. */
export class PlayedContents extends EventEmitter {
  openHandler: ((details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse) | undefined;
  setWindowOpenHandler(
    handler: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse,
  ): void {
    this.openHandler = handler;
  }
}

export class BrowserWindow extends EventEmitter {
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly webContents = new PlayedContents();
  loaded = '';
  shown = 0;
  focused = 0;

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super();
    this.options = options;
    played.windows.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }
  loadURL(url: string): Promise<void> {
    this.loaded = url;
    return Promise.resolve();
  }
  show(): void {
    this.shown += 1;
  }
  focus(): void {
    this.focused += 1;
  }
  isMinimized(): boolean {
    return false;
  }
  restore(): void {}
}
({}) as BrowserWindow satisfies Pick<
  Electron.BrowserWindow,
  'focus' | 'isMinimized' | 'loadURL' | 'restore' | 'show'
>;

export const Menu = {
  setApplicationMenu() {},
  buildFromTemplate: () => ({}) as Electron.Menu,
} satisfies Pick<typeof Electron.Menu, 'buildFromTemplate' | 'setApplicationMenu'>;

export const protocol = {
  registerSchemesAsPrivileged(schemes) {
    played.schemes = schemes;
  },
  handle(scheme, handler) {
    played.handlers.set(scheme, handler as (request: Request) => Response);
  },
} satisfies Pick<Electron.Protocol, 'handle' | 'registerSchemesAsPrivileged'>;

/** The window's session; keeps its handlers for the test to ask. */
export const session = {
  defaultSession: {
    request: undefined as Parameters<Electron.Session['setPermissionRequestHandler']>[0] | undefined,
    check: undefined as Parameters<Electron.Session['setPermissionCheckHandler']>[0] | undefined,
    device: undefined as Parameters<Electron.Session['setDevicePermissionHandler']>[0] | undefined,
    display: undefined as Parameters<Electron.Session['setDisplayMediaRequestHandler']>[0] | undefined,
    setPermissionRequestHandler(handler) {
      this.request = handler;
    },
    setPermissionCheckHandler(handler) {
      this.check = handler;
    },
    setDevicePermissionHandler(handler) {
      this.device = handler;
    },
    setDisplayMediaRequestHandler(handler) {
      this.display = handler;
    },
  } satisfies Pick<
    Electron.Session,
    | 'setDevicePermissionHandler'
    | 'setDisplayMediaRequestHandler'
    | 'setPermissionCheckHandler'
    | 'setPermissionRequestHandler'
  > &
    Record<string, unknown>,
};

export const shell = {
  openExternal(url) {
    played.opened.push(url);
    return Promise.resolve();
  },
} satisfies Pick<Electron.Shell, 'openExternal'>;

/** Keeps the computer awake as long as one blocker runs. */
export const powerSaveBlocker = {
  running: new Set<number>(),
  start(type) {
    if (type !== 'prevent-app-suspension') throw new Error('The screen may go dark.');
    const id = this.running.size + 1;
    this.running.add(id);
    return id;
  },
  stop(id) {
    return this.running.delete(id);
  },
} satisfies Pick<Electron.PowerSaveBlocker, 'start' | 'stop'> & { readonly running: Set<number> };

/** A keychain that keeps nothing secret, but gives back only what it made; `basic_text` as on a bare Linux. */
export const safeStorage = {
  getSelectedStorageBackend: () => 'basic_text',
  encryptStringAsync: async (text) => Buffer.from(`wrapped:${text}`),
  async decryptStringAsync(wrapped) {
    const text = wrapped.toString();
    if (!text.startsWith('wrapped:')) throw new Error('Not of this keychain.');
    return { shouldReEncrypt: false, result: text.slice('wrapped:'.length) };
  },
} satisfies Pick<
  Electron.SafeStorage,
  'decryptStringAsync' | 'encryptStringAsync' | 'getSelectedStorageBackend'
>;

/** The page's side of the messages to the main process. */
export const ipcRenderer = Object.assign(new EventEmitter(), {
  sent: [] as string[],
  send(channel: string): void {
    this.sent.push(channel);
  },
}) satisfies Pick<Electron.IpcRenderer, 'send'>;
