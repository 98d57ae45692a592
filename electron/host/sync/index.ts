export { createSync, type Sync, type SyncDeps } from './sync.ts';
