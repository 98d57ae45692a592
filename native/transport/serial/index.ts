/** Serial ports: the list, and channels over them. */
export * from './channel.ts';
export { type ListedPort, listSerialPorts } from './line.ts';
