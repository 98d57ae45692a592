import type { Channel, ChannelMessage } from '../frame/channel.ts';
import type { FrameToHost, HostToFrame } from '../frame/host-messages.ts';
import type { FrameLink } from './run.ts';

/** The part of `process` that a Node child process speaks to its parent with. */
export interface ParentProcess {
  send?(message: unknown): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

type Listener = Parameters<Channel['listen']>[0];

/** The frame's link where host and frame are two Node processes: connections are numbered within the one pipe. */
export function parentLink(parent: ParentProcess): FrameLink {
  const send = (message: HostToFrame): void => {
    parent.send?.(message);
  };
  const open = new Map<number, Listener | undefined>();

  function makeChannel(channel: number): Channel {
    open.set(channel, undefined);
    return {
      send: (message: ChannelMessage) => {
        if (open.has(channel)) send({ kind: 'data', channel, message });
      },
      close() {
        if (open.has(channel)) send({ kind: 'shut', channel });
        shut(channel);
      },
      listen: (listener) => open.set(channel, listener),
    };
  }

  function shut(channel: number): void {
    const listener = open.get(channel);
    open.delete(channel);
    listener?.onClosed();
  }

  return {
    send,
    listen({ onMessage, onChannel, onLost }) {
      parent.on('message', (raw) => {
        const message = raw as FrameToHost;
        if (message.kind === 'open') onChannel(makeChannel(message.channel));
        else if (message.kind === 'data') open.get(message.channel)?.onMessage(message.message);
        else if (message.kind === 'shut') shut(message.channel);
        else onMessage(message);
      });
      parent.on('disconnect', onLost);
    },
  };
}
