import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on loopback that already listens; its first requests wait until `serve` is called. */
export interface LoopbackServer {
  readonly url: string;
  serve(listener: RequestListener): void;
  close(): Promise<void>;
}

const requestTimeoutMs = 60_000;
const headersTimeoutMs = 20_000;
const closeGraceMs = 1000;

/**
 * Listens on 127.0.0.1 and answers for its exact Host alone, so that no foreign name can be pointed at it.
 * @param port 0 for any
 */
export async function listenOnLoopback(port: number): Promise<LoopbackServer> {
  const gate = Promise.withResolvers<RequestListener>();
  let host = '';
  const options = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: headersTimeoutMs,
    connectionsCheckingInterval: 5000,
  };
  const server = createServer(options, (request, response) => {
    if (request.headers.host !== host) {
      response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
      response.end('This server has another name.\n');
      return;
    }
    gate.promise.then((listener) => listener(request, response));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}`, serve: gate.resolve, close: () => closeServer(server) };
}

/** Lets answers that are under way finish, but nobody hold the server open. */
async function closeServer(server: Server): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), closeGraceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(late);
}
