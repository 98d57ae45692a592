import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where the browser comes back to after the log-in (RFC 8252, C38). */
export interface RedirectListener {
  /** `http://127.0.0.1:<port>/callback` */
  readonly redirectUri: string;
  /** The first redirect that carries `state`. */
  wait(state: string, signal: AbortSignal): Promise<URL>;
  close(): void;
}

const page = (words: string) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Doorstep</title><p>${words}</p></html>
`;

function answer(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'",
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(page(words));
}

/**
 * Listens on 127.0.0.1 at a random port for the one redirect of a sign-in. Requests with another path, host or
 * state are answered and otherwise ignored: nobody else's request may end or finish the sign-in.
 */
export async function listenForRedirect(): Promise<RedirectListener> {
  let awaited: { state: string; resolve: (url: URL) => void } | undefined;
  let base = '';

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const url = URL.parse(request.url ?? '', base);
    const ours =
      request.method === 'GET' && `http://${request.headers.host}` === base && url?.pathname === '/callback';
    if (!ours || url === null) {
      answer(response, 404, 'Nothing is here.');
    } else if (awaited === undefined || url.searchParams.get('state') !== awaited.state) {
      answer(response, 400, 'This answer belongs to no sign-in that Doorstep is waiting for.');
    } else {
      answer(response, 200, 'Doorstep has your answer. You can close this page and go back to the app.');
      awaited.resolve(url);
      awaited = undefined;
    }
  }

  const server = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: 10_000 }, onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    redirectUri: `${base}/callback`,
    wait: (state, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        awaited = { state, resolve };
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    close() {
      server.close();
      // The page that was just answered may still be on its way; it closes its own connection.
      server.closeIdleConnections();
    },
  };
}
