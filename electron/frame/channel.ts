import type { Problem } from '../contract/errors.ts';

/** One message of the remote procedure calls, as oRPC encodes it. */
export type ChannelMessage = string | Uint8Array;

/**
 * One connection between a page and the host, whatever carries it. Messages keep their order; after `onClosed`
 * nothing more arrives.
 */
export interface Channel {
  send(message: ChannelMessage): void;
  close(): void;
  /** Called once, before the first message can arrive. */
  listen(listener: { onMessage(message: ChannelMessage): void; onClosed(problem?: Problem): void }): void;
}
