/** SMP: header, bodies, framing for consoles and for Bluetooth, and the client. */
export * from './cbor.ts';
export * from './channel.ts';
export type { Seal, SmpRequest } from './client.ts';
export { FIRST_PACKET_BYTES, SEALED_OVERHEAD_BYTES, SmpClient } from './client.ts';
export type { Clock } from './clock.ts';
export { abortError, sleep } from './clock.ts';
export type { ConsoleDiscardReason, ConsoleReceiverOptions } from './console-frame.ts';
export { ConsoleReceiver, encodeConsoleFrame } from './console-frame.ts';
export type { FragmentDiscardReason, FragmentReceiverOptions } from './fragment.ts';
export { ATT_OVERHEAD_BYTES, FragmentReceiver, fragmentPacket } from './fragment.ts';
export * from './header.ts';
export { SmpRefusal } from './refusal.ts';
