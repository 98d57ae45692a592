import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { CodedError } from '../contract/errors.ts';
import { maxMessageBytes, rpcPath, sessionPath, tokenName } from '../contract/frame.ts';
import type { Channel } from '../frame/channel.ts';
import { securityHeaders } from '../frame/content-security-policy.ts';
import { readRendererFiles } from '../frame/renderer-files.ts';
import { relay } from './relay.ts';
import { createSessions } from './session.ts';

/** Pages open at one time; one person has one, or a few while they reload. */
const pagesMax = 8;
const tokenBodyMaxBytes = 1024;

/** The app, served to browsers of this machine. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** The address to open, with the one-time token. */
  readonly url: string;
  close(): Promise<void>;
}

export interface LoopbackOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** The built screens. */
  readonly rendererDir: string;
  /** A connection to the host, when it is ready. */
  connect(): Promise<Channel>;
}

/**
 * Serves the app on 127.0.0.1 alone. Another site in the same browser must not reach it: the Host header must be
 * exactly ours (against DNS rebinding), the Origin of everything that changes or connects too, and without the
 * session that the token gave there is no connection to the host.
 *
 * Errors: `app.address_in_use`.
 */
export async function serveLoopback({
  port,
  rendererDir,
  connect,
}: LoopbackOptions): Promise<LoopbackServer> {
  const findFile = readRendererFiles(rendererDir);
  const server = createServer({ maxHeaderSize: 16 * 1024 });
  await listen(server, port);
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const origin = `http://${address}`;
  const sessions = createSessions((server.address() as AddressInfo).port, randomBytes);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });

  server.on('request', (request, response) => {
    const [pathname = '/'] = (request.url ?? '/').split('?', 1);
    if (request.headers.host !== address) answer(response, 421);
    else if (pathname === sessionPath) void answerSession(request, response);
    else if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405);
    else {
      const file = findFile(pathname);
      if (file === undefined) answer(response, 404);
      else answer(response, 200, file.headers, request.method === 'GET' ? file.body : undefined);
    }
  });

  async function answerSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') answer(response, sessions.accepts(request.headers.cookie) ? 204 : 403);
    else if (request.method !== 'POST') answer(response, 405);
    else if (request.headers.origin !== origin) answer(response, 403);
    else {
      const cookie = sessions.redeem(tokenOf(await readBody(request)));
      if (cookie === undefined) answer(response, 403);
      else answer(response, 204, { 'Set-Cookie': cookie });
    }
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const { host, origin: from, cookie } = request.headers;
    const allowed =
      host === address && from === origin && request.url === rpcPath && sessions.accepts(cookie);
    if (!allowed) refuse(socket, '403 Forbidden');
    else if (sockets.clients.size >= pagesMax) refuse(socket, '503 Service Unavailable');
    else sockets.handleUpgrade(request, socket, head, (webSocket) => relay(webSocket, connect));
  });

  return {
    origin,
    url: `${origin}/#${tokenName}=${sessions.token}`,
    close: () =>
      new Promise((resolve) => {
        for (const webSocket of sockets.clients) webSocket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new CodedError('app.address_in_use', { port }, { cause: error })
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body?: Uint8Array,
): void {
  response.writeHead(status, { ...securityHeaders, 'Cache-Control': 'no-store', ...headers });
  response.end(body);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** The body as text; empty where it is longer than any token's or ends early. */
async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request) {
      length += part.length;
      if (length > tokenBodyMaxBytes) return '';
      parts.push(part);
    }
  } catch {
    return '';
  }
  return Buffer.concat(parts).toString('utf8');
}

function tokenOf(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    const token =
      typeof value === 'object' && value !== null && tokenName in value ? value[tokenName] : undefined;
    return typeof token === 'string' ? token : '';
  } catch {
    return '';
  }
}
