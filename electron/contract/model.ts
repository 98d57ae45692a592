export * from './model/app.ts';
export * from './model/basics.ts';
export * from './model/device.ts';
export * from './model/network.ts';
export * from './model/outbox.ts';
export * from './model/register.ts';
export * from './model/site.ts';
export * from './model/work.ts';
