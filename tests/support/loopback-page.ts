import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { rpcPath, sessionPath, tokenName } from '../../electron/contract/frame.ts';
import type { standInContract } from './stand-in-host.ts';

/** What a page does to get in: trades the token of its address for a session. */
export async function redeem(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const { origin, hash } = new URL(url);
  return fetch(origin + sessionPath, {
    method: 'POST',
    headers: { Origin: origin, ...headers },
    body: JSON.stringify({ [tokenName]: hash.slice(`#${tokenName}=`.length) }),
  });
}

/** The `Cookie` header that an answer to {@link redeem} leads to. */
export function cookieOf(response: Response): string {
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** Opens the WebSocket of a page. */
export function openSocket(
  origin: string,
  headers: Record<string, string>,
  path: string = rpcPath,
): WebSocket {
  return new WebSocket(origin.replace('http', 'ws') + path, { headers: { Origin: origin, ...headers } });
}

/** How a connection ended: the close code and reason, or the status of a refused upgrade. */
export function ended(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) =>
      resolve({ code: response.statusCode ?? 0, reason: 'upgrade refused' }),
    );
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    socket.on('error', () => {});
  });
}

/** Calls to the stand-in host over a socket. */
export function standInClient(socket: WebSocket): ContractRouterClient<typeof standInContract> {
  return createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
}
