import type { SiteData } from '../../../electron/contract/index.ts';

let lastId = 0;
/** An id of the right form; later ones sort behind. */
export function nextId(): string {
  lastId += 1;
  return `019508d0-0000-7000-8000-${lastId.toString(16).padStart(12, '0')}`;
}

export function siteData(name: string, change: Partial<SiteData> = {}): SiteData {
  return {
    name,
    businessType: 'office',
    country: 'NL',
    timeZone: 'Europe/Amsterdam',
    address: { street: 'Kade 1', postcode: '1011 AB', city: 'Amsterdam' },
    owner: {
      fullName: 'Anna Øst',
      email: 'anna@example.org',
      emailRepeated: 'anna@example.org',
      language: 'nl',
    },
    tenant: '',
    voucher: 'PRO-50-0001',
    notes: 'key under\n"the mat"',
    ...change,
  };
}
