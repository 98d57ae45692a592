import type { MessagePortMain, ParentPort } from 'electron';
import type { Channel } from '../frame/channel.ts';
import type { FrameLink } from '../host/run.ts';

/** The host's link to its frame where it is an Electron utility process. It dies with the app, so it is never lost. */
export function parentPortLink(parent: ParentPort): FrameLink {
  return {
    send: (message) => parent.postMessage(message),
    listen({ onMessage, onChannel }) {
      parent.on('message', ({ data, ports: [port] }) => {
        if (port) onChannel(portChannel(port));
        else onMessage(data);
      });
    },
  };
}

/** A MessagePort as a connection. */
function portChannel(port: MessagePortMain): Channel {
  return {
    send: (message) => port.postMessage(message),
    close: () => port.close(),
    listen({ onMessage, onClosed }) {
      port.on('message', ({ data }) => onMessage(data));
      port.on('close', () => onClosed());
      port.start();
    },
  };
}
