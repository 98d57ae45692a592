import { RPCHandler } from '@orpc/server/websocket';
import { asCodedError } from '../contract/errors.ts';
import { maxMessageBytes } from '../contract/frame.ts';
import type { Channel, ChannelMessage } from '../frame/channel.ts';
import type { FrameToHost, HostSettings, HostToFrame } from '../frame/host-messages.ts';
import type { Keychain } from '../frame/supervisor.ts';
import type { Host } from './index.ts';

/** The host's way to the frame that started it: an Electron utility process's parent, or a Node parent process. */
export interface FrameLink {
  send(message: HostToFrame): void;
  listen(listener: {
    onMessage(message: FrameToHost): void;
    onChannel(channel: Channel): void;
    onLost(): void;
  }): void;
}

/** What a frame needs of a host. */
export type ServedHost = Pick<Host, 'router' | 'context' | 'close'>;

/** What a host may ask of its frame. */
export interface FrameServices {
  openExternal(url: string): void;
  /** Keeps the computer from sleeping, or no longer. */
  keepAwake(wanted: boolean): void;
  readonly keychain: Keychain;
}

/** What makes the host, given what its frame says. */
export type HostFactory = (settings: HostSettings, frame: FrameServices) => Promise<ServedHost>;

/**
 * Lives as the host of a frame: starts when told, serves every connection that is opened, and ends when told or when
 * the frame is gone. What nobody foresaw ends the process: the frame starts it again, and the store is safe.
 *
 * @param exit ends this process
 */
export function runHost(link: FrameLink, createHost: HostFactory, exit: (code: number) => void): void {
  let host: Promise<ServedHost> | undefined;
  let serve: ((channel: Channel) => void) | undefined;
  const keychain = remoteKeychain(link);

  async function start(settings: HostSettings): Promise<void> {
    try {
      host = createHost(settings, {
        openExternal: (url) => link.send({ kind: 'open_external', url }),
        keepAwake: (wanted) => link.send({ kind: 'keep_awake', wanted }),
        keychain,
      });
      serve = channelServer(await host);
      link.send({ kind: 'ready' });
    } catch (caught) {
      const error = asCodedError(caught);
      if (error.code === 'app.internal') console.error(caught);
      link.send({ kind: 'failed', problem: error.problem });
      exit(1);
    }
  }

  async function stop(): Promise<void> {
    try {
      await (await host)?.close();
      exit(0);
    } catch (caught) {
      console.error(caught);
      exit(1);
    }
  }

  link.listen({
    onMessage(message) {
      if (message.kind === 'start' && host === undefined) void start(message.settings);
      else if (message.kind === 'stop') void stop();
      else if (message.kind === 'keychain_answer') keychain.onAnswer(message.id, message.bytes);
    },
    onChannel: (channel) => (serve ? serve(channel) : channel.close()),
    onLost: () => void stop(),
  });
}

/** The keychain of the frame's process; a refusal or a wrong answer rejects. Its caller limits the time. */
function remoteKeychain(
  link: FrameLink,
): Keychain & { onAnswer(id: number, bytes: Uint8Array | null): void } {
  const asked = new Map<number, { resolve(bytes: Uint8Array): void; reject(error: Error): void }>();
  let lastId = 0;
  const ask = (act: 'wrap' | 'unwrap', bytes: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      lastId += 1;
      asked.set(lastId, { resolve, reject });
      link.send({ kind: 'keychain', id: lastId, act, bytes });
    });
  return {
    wrap: (key) => ask('wrap', key),
    unwrap: (wrapped) => ask('unwrap', wrapped),
    onAnswer(id, bytes) {
      const question = asked.get(id);
      asked.delete(id);
      if (bytes === null) question?.reject(new Error('The keychain refused.'));
      else question?.resolve(bytes);
    },
  };
}

/**
 * Answers calls on connections; the messages have the same form whatever carries them. A connection that sends what
 * is no message, or one that is too long, is closed.
 */
export function channelServer(host: Pick<Host, 'router' | 'context'>): (channel: Channel) => void {
  const handler = new RPCHandler(host.router);
  return (channel) => {
    const peer = {
      addEventListener: () => {},
      send: (message: string | ArrayBufferLike | ArrayBufferView | Blob) => channel.send(toMessage(message)),
    };
    channel.listen({
      onMessage(message) {
        if (byteLength(message) > maxMessageBytes) channel.close();
        else handler.message(peer, toData(message), { context: host.context }).catch(() => channel.close());
      },
      onClosed: () => handler.close(peer),
    });
  };
}

/** Anything but text and bytes is refused: oRPC would take an object as a decoded message. */
function byteLength(message: unknown): number {
  if (typeof message === 'string') return Buffer.byteLength(message);
  return message instanceof Uint8Array ? message.byteLength : Number.POSITIVE_INFINITY;
}

function toData(message: ChannelMessage): string | ArrayBuffer {
  return typeof message === 'string' ? message : new Uint8Array(message).buffer;
}

function toMessage(message: string | ArrayBufferLike | ArrayBufferView | Blob): ChannelMessage {
  if (typeof message === 'string' || message instanceof Uint8Array) return message;
  if (message instanceof Blob) throw new TypeError('A message is text or bytes.');
  if (ArrayBuffer.isView(message))
    return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  return new Uint8Array(message);
}
