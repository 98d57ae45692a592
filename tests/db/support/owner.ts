/** A process that owns a data folder until it is killed. Prints a line when it does. */
import { openStore } from '../../../db/open.ts';

const dataDir = process.argv[2] ?? '';
const { store } = await openStore({
  dataDir,
  vault: { kind: 'key_file', path: `${dataDir}/key` },
  now: () => 0,
});
const owner = { fullName: '', email: '', emailRepeated: '', language: 'en' } as const;
const address = { street: '', postcode: '', city: '' };
const blank = {
  businessType: '',
  country: '',
  timeZone: '',
  address,
  owner,
  tenant: '',
  voucher: '',
  notes: '',
};
store.sites.insert('019508d0-0000-7000-8000-000000000001', { name: 'of the owner', ...blank }, 0);
console.log('owner');
setInterval(() => undefined, 1_000);
