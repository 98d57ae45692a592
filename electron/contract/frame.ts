/**
 * What the screens and the frame around them (Electron or the browser) say to each other before the first call:
 * how a page gets its connection to the host.
 *
 * In the browser: the page takes the token from its address's fragment, posts it to {@link sessionPath}, and opens
 * a WebSocket at {@link rpcPath}. A refused connection is closed with {@link refusedCloseCode} and an error code as
 * reason; one that died with its host with {@link restartingCloseCode}.
 *
 * In Electron: the page posts {@link connectMessage} to its own window and gets back, the same way, either
 * {@link portMessage} with one MessagePort, or `{ type: refusedMessage, problem }`. A port that closes died with its
 * host: connect again.
 */

/** `GET`: 204 where the page has a session. `POST` with `{"token"}`: trades the one-time token for a session. */
export const sessionPath = '/session';
/** Where the WebSocket is opened. */
export const rpcPath = '/rpc';
/** The fragment is `#token=…`. */
export const tokenName = 'token';

/** The host has died and is being started again: connect once more. */
export const restartingCloseCode = 1012;
/** The host does not start, or does not take this connection; the reason is an error code. */
export const refusedCloseCode = 4000;

/** The page asks for a port. */
export const connectMessage = 'doorstep:connect';
/** The answer that carries the port. */
export const portMessage = 'doorstep:port';
/** The answer that says why there is none. */
export const refusedMessage = 'doorstep:refused';

/** The largest message either way: a register of 10 MB in base64, and room. */
export const maxMessageBytes = 16 * 1024 * 1024;
