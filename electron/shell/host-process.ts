import type { MessagePortMain } from 'electron';
import { MessageChannelMain, utilityProcess } from 'electron';
import { hostToFrameSchema } from '../frame/host-messages.ts';
import type { HostProcess } from '../frame/supervisor.ts';

type Listener = Parameters<HostProcess<MessagePortMain>['listen']>[0];

/**
 * Starts the host as an Electron utility process. Each connection is a MessagePort of its own, which goes to the page
 * and does not pass through here.
 *
 * @param entry the host's built program
 */
export function forkUtilityHost(entry: string): HostProcess<MessagePortMain> {
  const child = utilityProcess.fork(entry, [], { serviceName: 'Doorstep host', stdio: 'inherit' });
  const listeners: Listener[] = [];
  child.on('message', (raw: unknown) => {
    const parsed = hostToFrameSchema.safeParse(raw);
    if (!parsed.success) child.kill();
    else for (const listener of listeners) listener.onMessage(parsed.data);
  });
  // A fatal error of its engine; the exit follows.
  child.on('error', () => {});
  child.once('exit', () => {
    for (const listener of listeners) listener.onExit();
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (message) => child.postMessage(message),
    connect() {
      const { port1, port2 } = new MessageChannelMain();
      child.postMessage({ kind: 'open', channel: 0 }, [port2]);
      return port1;
    },
    kill: () => child.kill(),
    listen: (listener) => listeners.push(listener),
  };
}
