import { isEmail, isTimeZone, nameKey, sameEmail, timeZoneFitsCountry, timeZonesOf } from './forms.ts';
import { finding, type Rule } from './plan.ts';

/** What the cloud needs to create a site, as the fields are named in texts. */
const neededFields = [
  ['business_type', (site) => site.businessType],
  ['country', (site) => site.country],
  ['time_zone', (site) => site.timeZone],
  ['street', (site) => site.address.street],
  ['postcode', (site) => site.address.postcode],
  ['city', (site) => site.address.city],
  ['owner_name', (site) => site.owner.fullName],
] as const satisfies readonly (readonly [
  string,
  (site: import('../../contract/index.ts').SiteData) => string,
])[];

const fieldMissing: Rule = {
  codes: ['site.field_missing'],
  phase: 'release',
  check: ({ site }) =>
    neededFields
      .filter(([, read]) => read(site).trim() === '')
      .map(([field]) => finding('site.field_missing', 'blocker', 'customer', { field })),
};

const ownerEmail: Rule = {
  codes: ['OWNER_EMAIL_MISSING', 'OWNER_EMAIL_MISMATCH'],
  phase: 'release',
  check: ({ site: { owner } }) => {
    if (owner.email === '') return [finding('OWNER_EMAIL_MISSING', 'blocker', 'customer')];
    if (sameEmail(owner.email, owner.emailRepeated)) return [];
    return [
      finding('OWNER_EMAIL_MISMATCH', 'blocker', 'customer', {
        email: owner.email,
        repeated: owner.emailRepeated,
      }),
    ];
  },
};

const ownerEmailForm: Rule = {
  codes: ['OWNER_EMAIL_FORMAT'],
  phase: 'plan',
  check: ({ site: { owner } }) =>
    owner.email === '' || isEmail(owner.email)
      ? []
      : [finding('OWNER_EMAIL_FORMAT', 'blocker', 'customer', { email: owner.email })],
};

const countryAndZone: Rule = {
  codes: ['site.country_unknown', 'site.time_zone_unknown', 'TIME_ZONE_COUNTRY'],
  phase: 'plan',
  check: ({ site: { country, timeZone } }) => {
    const countryWrong = country !== '' && timeZonesOf(country).size === 0;
    const zoneWrong = timeZone !== '' && !isTimeZone(timeZone);
    const found = [];
    if (countryWrong) found.push(finding('site.country_unknown', 'blocker', 'customer', { country }));
    if (zoneWrong) found.push(finding('site.time_zone_unknown', 'blocker', 'customer', { timeZone }));
    if (found.length === 0 && country !== '' && timeZone !== '' && !timeZoneFitsCountry(timeZone, country)) {
      found.push(finding('TIME_ZONE_COUNTRY', 'blocker', 'customer', { timeZone, country }));
    }
    return found;
  },
};

const tenant: Rule = {
  codes: ['TENANT_MISSING'],
  phase: 'plan',
  check: ({ site }, { tenants }) => {
    if (tenants === null) return [];
    const known = tenants.some((name) => nameKey(name) === nameKey(site.tenant));
    if (known || (site.tenant === '' && tenants.length === 1)) return [];
    return [
      finding('TENANT_MISSING', 'blocker', 'customer', { tenant: site.tenant, tenants: tenants.join(', ') }),
    ];
  },
};

const businessType: Rule = {
  codes: ['site.business_type_unknown'],
  phase: 'plan',
  check: ({ site }, { businessTypes }) =>
    businessTypes === null || site.businessType === '' || businessTypes.includes(site.businessType)
      ? []
      : [
          finding('site.business_type_unknown', 'blocker', 'customer', {
            businessType: site.businessType,
            known: businessTypes.join(', '),
          }),
        ],
};

const voucher: Rule = {
  codes: ['VOUCHER_MISSING'],
  phase: 'release',
  check: ({ site }) => (site.voucher === '' ? [finding('VOUCHER_MISSING', 'warning', 'customer')] : []),
};

const voucherForm: Rule = {
  codes: ['site.voucher_form'],
  phase: 'plan',
  check: ({ site }) =>
    site.voucher === '' || /^[0-9A-Z-]{4,40}$/.test(site.voucher)
      ? []
      : [finding('site.voucher_form', 'blocker', 'customer', { voucher: site.voucher })],
};

/** Rules about the customer's data. */
export const siteRules: readonly Rule[] = [
  fieldMissing,
  ownerEmail,
  ownerEmailForm,
  countryAndZone,
  tenant,
  businessType,
  voucher,
  voucherForm,
];
