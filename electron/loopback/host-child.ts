import { fork } from 'node:child_process';
import type { Channel, ChannelMessage } from '../frame/channel.ts';
import type { FrameToHost } from '../frame/host-messages.ts';
import { hostToFrameSchema } from '../frame/host-messages.ts';
import type { HostProcess } from '../frame/supervisor.ts';

type ProcessListener = Parameters<HostProcess<Channel>['listen']>[0];
type ChannelListener = Parameters<Channel['listen']>[0];

/**
 * Starts the host as a Node child process. Its output goes where ours goes, and when we die it ends by itself.
 *
 * @param entry the host's program
 */
export function forkHost(entry: string): HostProcess<Channel> {
  const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'], execArgv: [] });
  const listeners: ProcessListener[] = [];
  const channels = new Map<number, ChannelListener | undefined>();
  let lastChannel = 0;

  const send = (message: FrameToHost): void => {
    // A message to a host that has just died is lost like all that it had not yet answered.
    if (child.connected) child.send(message, () => {});
  };
  const shut = (channel: number): void => {
    const listener = channels.get(channel);
    channels.delete(channel);
    listener?.onClosed();
  };

  child.on('message', (raw) => {
    const parsed = hostToFrameSchema.safeParse(raw);
    if (!parsed.success) child.kill('SIGKILL');
    else if (parsed.data.kind === 'data') channels.get(parsed.data.channel)?.onMessage(parsed.data.message);
    else if (parsed.data.kind === 'shut') shut(parsed.data.channel);
    else for (const listener of listeners) listener.onMessage(parsed.data);
  });
  let ended = false;
  const onEnd = (): void => {
    if (ended) return;
    ended = true;
    for (const channel of [...channels.keys()]) shut(channel);
    for (const listener of listeners) listener.onExit();
  };
  child.once('exit', onEnd);
  child.once('error', onEnd);

  return {
    get pid() {
      return child.pid;
    },
    send,
    connect() {
      lastChannel += 1;
      const channel = lastChannel;
      channels.set(channel, undefined);
      send({ kind: 'open', channel });
      return {
        send: (message: ChannelMessage) => send({ kind: 'data', channel, message }),
        close() {
          if (channels.delete(channel)) send({ kind: 'shut', channel });
        },
        listen: (listener) => channels.set(channel, listener),
      };
    },
    kill: () => child.kill('SIGKILL'),
    listen: (listener) => listeners.push(listener),
  };
}
