import * as z from 'zod';
import { problemSchema } from '../contract/index.ts';
import type { ChannelMessage } from './channel.ts';

/** What a frame tells its host when it starts it. */
export interface HostSettings {
  readonly version: string;
  /** Absolute path of the folder that holds the database. */
  readonly dataDir: string;
  /** What opens its vault: a key file in the data folder, or the keychain that its frame speaks to. */
  readonly vault: { readonly kind: 'key_file' } | { readonly kind: 'system'; readonly backend: string };
  /** Starts in practice mode without asking. */
  readonly practice: boolean;
  /** Null where no cloud is configured: then practice mode is offered. */
  readonly cloud: { readonly url: string; readonly issuer: string } | null;
}

/** From the frame to the host. `open`, `data` and `shut` carry connections where no MessagePort can be handed over. */
export type FrameToHost =
  | { readonly kind: 'start'; readonly settings: HostSettings }
  | { readonly kind: 'stop' }
  /** Null where the keychain refused. */
  | { readonly kind: 'keychain_answer'; readonly id: number; readonly bytes: Uint8Array | null }
  | { readonly kind: 'open'; readonly channel: number }
  | { readonly kind: 'data'; readonly channel: number; readonly message: ChannelMessage }
  | { readonly kind: 'shut'; readonly channel: number };

/** A data key is 32 bytes; what a keychain makes of it is a few hundred. */
const keychainMaxBytes = 4096;

/** From the host to the frame. The host can crash or be fooled by what it reads, so its messages are parsed. */
export const hostToFrameSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('failed'), problem: problemSchema }),
  z.object({ kind: z.literal('open_external'), url: z.url().max(4096) }),
  z.object({ kind: z.literal('keep_awake'), wanted: z.boolean() }),
  z.object({
    kind: z.literal('keychain'),
    id: z.int(),
    act: z.enum(['wrap', 'unwrap']),
    bytes: z.custom<Uint8Array>(
      (value) => value instanceof Uint8Array && value.byteLength <= keychainMaxBytes,
    ),
  }),
  z.object({
    kind: z.literal('data'),
    channel: z.int(),
    message: z.custom<ChannelMessage>((value) => typeof value === 'string' || value instanceof Uint8Array),
  }),
  z.object({ kind: z.literal('shut'), channel: z.int() }),
]);
export type HostToFrame = z.infer<typeof hostToFrameSchema>;
