export {
  type Account,
  type AccountDeps,
  type AccountState,
  createAccount,
} from './account.ts';
export type { IdentitySettings } from './identity-provider.ts';
