import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { IpcMainEvent, MessagePortMain } from 'electron';
import { app, ipcMain, Menu, powerSaveBlocker, protocol, session, shell } from 'electron';
import { asCodedError } from '../contract/errors.ts';
import { connectMessage, portMessage, refusedMessage } from '../contract/frame.ts';
import { isExternalAllowed } from '../frame/external-links.ts';
import type { StartOptions } from '../frame/options.ts';
import { parseStartOptions } from '../frame/options.ts';
import { readRendererFiles } from '../frame/renderer-files.ts';
import type { HostSupervisor } from '../frame/supervisor.ts';
import { superviseHost } from '../frame/supervisor.ts';
import { forkUtilityHost } from './host-process.ts';
import { keychainBackend, systemKeychain } from './keychain.ts';
import { registerScheme, serveScheme } from './scheme.ts';
import { denyPermissions, isTrustedSender, keepInside } from './security.ts';
import { sleepBlocker } from './sleep-blocker.ts';
import { openWindow } from './window.ts';

/** The app in Electron: one window around a host that runs in a process of its own. */
async function run(options: StartOptions, dist: string): Promise<void> {
  registerScheme(protocol);
  app.enableSandbox();
  const openExternal = (url: string): void => {
    if (isExternalAllowed(url, Object.values(options.cloud ?? {}))) void shell.openExternal(url);
  };
  app.on('web-contents-created', (_event, contents) => keepInside(contents, openExternal));
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();

  Menu.setApplicationMenu(process.platform === 'darwin' ? macMenu() : null);
  denyPermissions(session.defaultSession);
  serveScheme(protocol, readRendererFiles(join(dist, 'renderer')));
  const supervisor = superviseHost<MessagePortMain>({
    spawn: () => forkUtilityHost(join(dist, 'shell', 'host.js')),
    settings: {
      version: app.getVersion(),
      dataDir: options.dataDir,
      vault: { kind: 'system', backend: keychainBackend() },
      practice: options.practice,
      cloud: options.cloud,
    },
    openExternal,
    keepAwake: sleepBlocker(powerSaveBlocker),
    keychain: systemKeychain,
    now: () => performance.now(),
    setTimer(callback, delayMs) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  });
  ipcMain.on(connectMessage, (event) => void connectPage(supervisor, event));
  stopBeforeQuit(supervisor);

  const window = openWindow(join(dist, 'preload', 'preload.cjs'));
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
}

/** Gives the app's own page a connection to the host, or says why there is none. */
async function connectPage(supervisor: HostSupervisor<MessagePortMain>, event: IpcMainEvent): Promise<void> {
  if (!isTrustedSender(event)) return;
  try {
    const port = await supervisor.connect();
    // The page may have gone while the host started.
    if (isTrustedSender(event)) event.senderFrame?.postMessage(portMessage, null, [port]);
    else port.close();
  } catch (caught) {
    if (isTrustedSender(event)) event.senderFrame?.send(refusedMessage, asCodedError(caught).problem);
  }
}

/** The host closes its store before the app is gone. */
function stopBeforeQuit(supervisor: HostSupervisor<MessagePortMain>): void {
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    void supervisor.stop().then(() => {
      stopped = true;
      app.quit();
    });
  });
}

/** Copy, paste and quit by keyboard exist on macOS only through a menu. */
function macMenu(): Menu {
  return Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]);
}

/** `Doorstep --cli …`: the command line of the package, without a window. */
async function runCommandLine(args: readonly string[], dist: string): Promise<void> {
  // The command line reads its arguments as after `node main.js`.
  process.argv = [process.execPath, join(dist, 'cli', 'main.js'), ...args];
  Object.assign(process, { defaultApp: true });
  await import(pathToFileURL(join(dist, 'cli', 'main.js')).href);
  app.exit(Number(process.exitCode ?? 0));
}

function fail(caught: unknown): void {
  console.error(caught);
  app.exit(1);
}

const dist = join(import.meta.dirname, '..');
const commandLine = process.argv.indexOf('--cli');
if (commandLine >= 0) runCommandLine(process.argv.slice(commandLine + 1), dist).catch(fail);
else {
  // What Chromium itself is told stands among the arguments too, so unknown ones are left alone.
  const options = parseStartOptions(process.argv.slice(1), process.env, 'leave_unknown');
  // The lock belongs to the data folder: two practice folders may be open side by side.
  app.setPath('userData', options.dataDir);
  // Not awaited: Electron becomes ready only after its main module has been read to the end.
  if (app.requestSingleInstanceLock()) run(options, dist).catch(fail);
  else app.quit();
}
