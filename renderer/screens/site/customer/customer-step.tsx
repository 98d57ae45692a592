import { useEffect, useRef, useState } from 'react';
import type { Site, SiteData } from '../../../../electron/contract/model.ts';
import { useAct } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { TextField } from '../../../parts/fields.tsx';
import layout from '../../../parts/layout.module.css';
import { Note } from '../../../parts/note.tsx';
import { ProblemInline } from '../../../parts/problem.tsx';
import css from './customer.module.css';
import { Findings } from './findings.tsx';
import { SiteForm } from './site-form.tsx';

/** What is typed is saved when the hand rests this long, or the field is left. */
const SAVES_AFTER_MS = 800;

/** The customer and the owner. Everything saves itself. */
export function CustomerStep({ site }: { site: Site }) {
  const t = useText();
  const [edited, setEdited] = useState<SiteData | null>(null);
  const save = useAct((client, data: SiteData) =>
    client.sites.update({ siteId: site.id, data }).then(() => data),
  );
  const waiting = useRef<SiteData | null>(null);
  const readOnly = site.editable !== 'all';

  const flush = async () => {
    const data = waiting.current;
    waiting.current = null;
    if (data === null || data.name.trim() === '') return;
    const saved = await save.run({ ...data, name: data.name.trim() });
    if (saved && waiting.current === null) setEdited(null);
  };
  const latest = useRef(flush);
  latest.current = flush;

  useEffect(() => {
    if (edited === null) return;
    waiting.current = edited;
    const timer = setTimeout(() => void latest.current(), SAVES_AFTER_MS);
    return () => clearTimeout(timer);
  }, [edited]);
  useEffect(() => () => void latest.current(), []);

  return (
    <section className={layout.pane} aria-label={t('step.customer')}>
      <div className={`${layout.scroll} ${css.customer}`}>
        {site.editable === 'nothing' && (
          <Note tone="offline" title={<Text id="customer.finished" />}>
            <p>
              <Text id="customer.finished.why" />
            </p>
          </Note>
        )}
        <Findings findings={site.findings.filter((finding) => finding.step === 'customer')} />
        {site.editable === 'voucher' && (
          <>
            <Note tone="attention" title={<Text id="customer.voucher_refused" />}>
              <p>
                <Text id="customer.voucher_refused.why" />
              </p>
            </Note>
            <TextField
              label={t('field.voucher')}
              value={(edited ?? site).voucher}
              onChange={(voucher) => setEdited({ ...(edited ?? dataOf(site)), voucher })}
              maxLength={40}
            />
          </>
        )}
        <SiteForm data={edited ?? dataOf(site)} onChange={setEdited} readOnly={readOnly} />
        {edited !== null && edited.name.trim() === '' && (
          <p role="alert">
            <Text id="customer.name_missing" />
          </p>
        )}
        {save.problem !== null && <ProblemInline problem={save.problem} />}
      </div>
    </section>
  );
}

/** The part of a site that is entered. */
export function dataOf(site: Site): SiteData {
  const { name, businessType, country, timeZone, address, owner, tenant, voucher, notes } = site;
  return { name, businessType, country, timeZone, address, owner, tenant, voucher, notes };
}
