import { useState } from 'react';
import type { Site } from '../../../electron/contract/model.ts';
import { useAct, useSite } from '../../app/host.tsx';
import { go, type Route } from '../../app/route.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import layout from '../../parts/layout.module.css';
import { Menu } from '../../parts/menu.tsx';
import { ProblemInline, ProblemNote, useProblemText } from '../../parts/problem.tsx';
import { State } from '../../parts/state.tsx';
import { siteLook } from '../../parts/states.ts';
import { StepRail } from '../../parts/step-rail.tsx';
import { Clock } from '../../parts/time.tsx';
import { CustomerStep } from './customer/customer-step.tsx';
import { DoorsStep } from './doors/doors-step.tsx';
import { HandoverStep } from './handover/handover-step.tsx';
import { HardwareStep } from './hardware/hardware-step.tsx';
import { NetworkStep } from './network/network-step.tsx';
import css from './site-screen.module.css';

type SiteRoute = Extract<Route, { screen: 'site' }>;

/** One site: its head, the rail of its steps, and the step that is open. */
export function SiteScreen({ route }: { route: SiteRoute }) {
  const t = useText();
  const { value: site, problem } = useSite(route.siteId);
  if (site === undefined) {
    return (
      <div className={layout.screen}>
        <header className={layout.bar}>
          <BackButton />
        </header>
        <div className={layout.empty}>
          {problem === null ? (
            <p role="status">
              <Text id="site.opening" />
            </p>
          ) : (
            <ProblemNote problem={problem} />
          )}
        </div>
      </div>
    );
  }
  return (
    <div className={layout.screen}>
      <title>{t('app.title', { place: `${t(`step.${route.step}`)}, ${site.name}` })}</title>
      <SiteHead site={site} />
      <div className={css.site}>
        <StepRail site={site} current={route.step} />
        <Step site={site} route={route} />
      </div>
    </div>
  );
}

function Step({ site, route }: { site: Site; route: SiteRoute }) {
  switch (route.step) {
    case 'customer':
      return <CustomerStep site={site} />;
    case 'hardware':
      return <HardwareStep site={site} deviceId={route.item} />;
    case 'network':
      return <NetworkStep site={site} hubId={route.item} />;
    case 'doors':
      return <DoorsStep site={site} doorId={route.item} />;
    case 'handover':
      return <HandoverStep site={site} />;
  }
}

function BackButton() {
  const t = useText();
  return (
    <IconButton
      kind="quiet"
      icon="left"
      label={t('site.back')}
      className={layout.back}
      onPress={() => go('/')}
    />
  );
}

function SiteHead({ site }: { site: Site }) {
  const t = useText();
  const problemText = useProblemText();
  const [removing, setRemoving] = useState(false);
  const { tone, mark, text } = siteLook(site.state);
  return (
    <header className={layout.bar}>
      <BackButton />
      <div className={layout.title}>
        <h1 title={site.name}>{site.name}</h1>
        <p className={layout.meta}>
          {[site.address.city, site.siteUid ?? t('sites.no_uid'), site.timeZone].filter(Boolean).join(' · ')}
        </p>
      </div>
      <span className="grow" />
      <span className={`${css.saved} wide`}>
        <Icon name="check" size={16} />
        <span>
          <Text id="site.saved" values={{ at: <Clock at={site.savedAt} /> }} />
        </span>
      </span>
      {site.attention !== null ? (
        <State tone="attention" chip>
          {problemText(site.attention).title}
        </State>
      ) : (
        <State tone={tone} mark={mark} chip>
          <Text id={text} />
        </State>
      )}
      <Menu
        label={t('site.more')}
        trigger={<IconButton icon="more" label={t('site.more')} />}
        entries={[
          {
            id: 'remove',
            label: t('site.remove'),
            destructive: true,
            notYet: site.state === 'planned' ? undefined : t('site.remove.not_yet'),
            onAction: () => setRemoving(true),
          },
        ]}
      />
      {removing && <RemoveDialog site={site} onClose={() => setRemoving(false)} />}
    </header>
  );
}

function RemoveDialog({ site, onClose }: { site: Site; onClose: () => void }) {
  const t = useText();
  const remove = useAct((client) => client.sites.remove({ siteId: site.id }).then(() => true));
  return (
    <Dialog
      title={t('site.remove.title', { name: site.name })}
      onClose={onClose}
      footer={
        <>
          <Button big onPress={onClose}>
            <Text id="dialog.cancel" />
          </Button>
          <Button
            big
            kind="danger"
            busy={remove.busy ? t('site.removing') : undefined}
            onPress={async () => {
              if (await remove.run()) go('/', { replace: true });
            }}
          >
            <Text id="site.remove" />
          </Button>
        </>
      }
    >
      <p>
        <Text id="site.remove.consequence" values={{ count: site.devices.length }} />
      </p>
      {remove.problem !== null && <ProblemInline problem={remove.problem} />}
    </Dialog>
  );
}
