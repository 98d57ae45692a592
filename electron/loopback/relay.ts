import type { WebSocket } from 'ws';
import { asCodedError } from '../contract/errors.ts';
import { maxMessageBytes, refusedCloseCode, restartingCloseCode } from '../contract/frame.ts';
import type { Channel } from '../frame/channel.ts';

/** A page that takes nothing while this much waits for it has hung. */
const backlogMaxBytes = 4 * maxMessageBytes;

/** Carries one page's messages to the host and back, from when the host is ready until either goes away. */
export async function relay(page: WebSocket, connect: () => Promise<Channel>): Promise<void> {
  page.on('error', () => page.terminate());
  // Until the host is ready, what the page says stays in the socket.
  page.pause();
  let channel: Channel;
  try {
    channel = await connect();
  } catch (caught) {
    page.resume();
    page.close(refusedCloseCode, asCodedError(caught).code);
    return;
  }
  channel.listen({
    onMessage(message) {
      if (page.bufferedAmount > backlogMaxBytes) page.terminate();
      else page.send(message);
    },
    onClosed: () => page.close(restartingCloseCode, 'app.host_restarting'),
  });
  page.on('message', (data: Buffer, isBinary) =>
    channel.send(isBinary ? new Uint8Array(data) : data.toString('utf8')),
  );
  page.on('close', () => channel.close());
  if (page.readyState !== page.OPEN) channel.close();
  page.resume();
}
