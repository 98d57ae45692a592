/** Serial ports: the list, channels over them, and the ids that are spoken to unasked. */
export * from './channel.ts';
export type { ListedPort } from './line.ts';
export type { KnownUsbDevices } from './watcher.ts';
