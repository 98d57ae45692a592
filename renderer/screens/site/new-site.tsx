import { useState } from 'react';
import type { SiteData } from '../../../electron/contract/model.ts';
import { useAct } from '../../app/host.tsx';
import { go, sitePath } from '../../app/route.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import layout from '../../parts/layout.module.css';
import { ProblemInline } from '../../parts/problem.tsx';
import css from './customer/customer.module.css';
import { emptySite, SiteForm } from './customer/site-form.tsx';

/** A site by hand. Only its name is needed to begin with. */
export function NewSite() {
  const t = useText();
  const [data, setData] = useState(() => emptySite(''));
  const create = useAct((client, input: SiteData) => client.sites.create(input));
  const submit = async () => {
    const made = await create.run({ ...data, name: data.name.trim() });
    if (made) go(sitePath(made.siteId, 'hardware'), { replace: true });
  };
  return (
    <div className={layout.screen}>
      <header className={layout.bar}>
        <IconButton
          kind="quiet"
          icon="left"
          label={t('site.back')}
          className={layout.back}
          onPress={() => go('/')}
        />
        <h1>
          <Text id="sites.new" />
        </h1>
      </header>
      <div className={`${layout.scroll} ${css.customer}`}>
        <SiteForm data={data} onChange={setData} />
        {create.problem !== null && <ProblemInline problem={create.problem} />}
      </div>
      <div className={layout.foot}>
        <span className="grow" />
        <Button big onPress={() => go('/')}>
          <Text id="dialog.cancel" />
        </Button>
        <Button
          big
          kind="key"
          busy={create.busy ? t('dialog.saving') : undefined}
          notYet={data.name.trim() === '' ? t('customer.name_missing') : undefined}
          onPress={() => void submit()}
        >
          <Text id="customer.create" />
        </Button>
      </div>
    </div>
  );
}
