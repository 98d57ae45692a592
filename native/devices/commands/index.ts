/** Everything a device can be asked, one file per family. */
export * from './clock.ts';
export * from './failsafe.ts';
export * from './health.ts';
export * from './identity.ts';
export * from './image.ts';
export * from './lock.ts';
export * from './network.ts';
export * from './os.ts';
export * from './pair.ts';
export * from './tree.ts';
