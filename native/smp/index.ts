/** SMP: header, bodies, framing for consoles and for Bluetooth, and the client. */
export * from './cbor.ts';
export * from './channel.ts';
export type { ConsoleDiscardReason, ConsoleReceiverOptions } from './console-frame.ts';
export { ConsoleReceiver, encodeConsoleFrame } from './console-frame.ts';
export { crc16 } from './crc16.ts';
export type { FragmentDiscardReason, FragmentReceiverOptions } from './fragment.ts';
export { FragmentReceiver, fragmentPacket } from './fragment.ts';
export * from './header.ts';
