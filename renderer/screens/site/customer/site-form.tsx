import { useMemo } from 'react';
import { useIntl } from 'react-intl';
import { languages, type SiteData } from '../../../../electron/contract/model.ts';
import { useAppState } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Combo, Select, TextField } from '../../../parts/fields.tsx';
import { countries, timeZones } from './places.ts';
import css from './site-form.module.css';

/** A site of which nothing is known yet. */
export function emptySite(tenant: string): SiteData {
  return {
    name: '',
    businessType: '',
    country: '',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    address: { street: '', postcode: '', city: '' },
    owner: { fullName: '', email: '', emailRepeated: '', language: 'en' },
    tenant,
    voucher: '',
    notes: '',
  };
}

/** Whether the two addresses of the owner differ although both are typed (OWNER_EMAIL_MISMATCH). */
export function emailsDiffer(owner: SiteData['owner']): boolean {
  return owner.emailRepeated !== '' && owner.email.trim() !== owner.emailRepeated.trim();
}

/** Whether a typed address cannot be one (OWNER_EMAIL_FORMAT is the host's; this only warns while typing). */
export function looksWrong(email: string): boolean {
  return email !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim());
}

/** What an installer enters about a site and its owner; blank means not known yet. */
export function SiteForm({
  data,
  onChange,
  readOnly = false,
}: {
  data: SiteData;
  onChange: (data: SiteData) => void;
  readOnly?: boolean;
}) {
  const t = useText();
  const intl = useIntl();
  const { value: app } = useAppState();
  const allCountries = useMemo(() => countries(intl.locale), [intl.locale]);
  const zones = useMemo(timeZones, []);
  const put = (part: Partial<SiteData>) => onChange({ ...data, ...part });
  const address = (part: Partial<SiteData['address']>) => put({ address: { ...data.address, ...part } });
  const owner = (part: Partial<SiteData['owner']>) => put({ owner: { ...data.owner, ...part } });
  const tenants = app?.tenants ?? [];
  const types = withChosen(app?.businessTypes ?? [], data.businessType);
  return (
    <div className={css.form}>
      <fieldset className={css.group} disabled={readOnly}>
        <legend>
          <Text id="customer.site" />
        </legend>
        <div className={css.whole}>
          <TextField
            label={t('field.site_name')}
            value={data.name}
            onChange={(name) => put({ name })}
            maxLength={100}
            readOnly={readOnly}
          />
        </div>
        <Select
          label={t('field.business_type')}
          value={data.businessType === '' ? null : data.businessType}
          choices={types.map((id) => ({ id, label: businessTypeText(id) }))}
          onChange={(businessType) => put({ businessType })}
        />
        <Combo
          label={t('field.country')}
          value={data.country}
          choices={allCountries}
          onChange={(country) => put({ country })}
        />
        <Combo
          label={t('field.time_zone')}
          value={data.timeZone}
          choices={zones}
          onChange={(timeZone) => put({ timeZone })}
        />
        <TextField
          label={t('field.voucher')}
          value={data.voucher}
          onChange={(voucher) => put({ voucher })}
          maxLength={40}
          readOnly={readOnly}
        />
        {tenants.length > 1 && (
          <Select
            label={t('field.tenant')}
            value={data.tenant === '' ? null : data.tenant}
            choices={tenants.map((id) => ({ id, label: id }))}
            onChange={(tenant) => put({ tenant })}
          />
        )}
        <div className={css.whole}>
          <TextField
            label={t('field.street')}
            value={data.address.street}
            onChange={(street) => address({ street })}
            maxLength={200}
            readOnly={readOnly}
          />
        </div>
        <TextField
          label={t('field.postcode')}
          value={data.address.postcode}
          onChange={(postcode) => address({ postcode })}
          maxLength={20}
          readOnly={readOnly}
        />
        <TextField
          label={t('field.city')}
          value={data.address.city}
          onChange={(city) => address({ city })}
          maxLength={100}
          readOnly={readOnly}
        />
        <div className={css.whole}>
          <TextField
            label={t('field.notes')}
            value={data.notes}
            onChange={(notes) => put({ notes })}
            maxLength={2000}
            lines={3}
            readOnly={readOnly}
          />
        </div>
      </fieldset>
      <fieldset className={css.group} disabled={readOnly}>
        <legend>
          <Text id="customer.owner" />
        </legend>
        <p className={`${css.whole} quiet small`}>
          <Text id="customer.owner.what" />
        </p>
        <TextField
          label={t('field.owner_name')}
          value={data.owner.fullName}
          onChange={(fullName) => owner({ fullName })}
          maxLength={100}
          readOnly={readOnly}
        />
        <Select
          label={t('field.owner_language')}
          value={data.owner.language}
          choices={languages.map((id) => ({
            id,
            label: intl.formatDisplayName(id, { type: 'language' }) ?? id,
          }))}
          onChange={(id) => owner({ language: languages.find((each) => each === id) ?? 'en' })}
        />
        <TextField
          label={t('field.owner_email')}
          type="email"
          value={data.owner.email}
          onChange={(email) => owner({ email })}
          maxLength={254}
          readOnly={readOnly}
          {...(looksWrong(data.owner.email) ? { error: <Text id="customer.email_looks_wrong" /> } : {})}
        />
        <TextField
          label={t('field.owner_email_repeated')}
          type="email"
          value={data.owner.emailRepeated}
          onChange={(emailRepeated) => owner({ emailRepeated })}
          placeholder={t('field.type_do_not_paste')}
          maxLength={254}
          noPaste
          readOnly={readOnly}
          {...(emailsDiffer(data.owner) ? { error: <Text id="customer.emails_differ" /> } : {})}
        />
      </fieldset>
    </div>
  );
}

/** The account's list, and what was entered even if the account does not know it. */
function withChosen(known: readonly string[], chosen: string): string[] {
  return chosen === '' || known.includes(chosen) ? [...known] : [...known, chosen];
}

/** The cloud's names are words with underscores; their list is the account's, so they are shown as they come. */
function businessTypeText(id: string): string {
  const words = id.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
