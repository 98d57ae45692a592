import { useCallback, useEffect, useRef, useState } from 'react';
import { Text, useText } from '../i18n/text.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { Clock } from '../parts/time.tsx';
import { FirstStart } from '../screens/first-start/first-start.tsx';
import { ImportRegister } from '../screens/import/import-register.tsx';
import { OutboxScreen } from '../screens/outbox/outbox-screen.tsx';
import { PracticePanel } from '../screens/practice/practice-panel.tsx';
import { Settings } from '../screens/settings/settings.tsx';
import { NewSite } from '../screens/site/new-site.tsx';
import { SiteScreen } from '../screens/site/site-screen.tsx';
import { Sites } from '../screens/sites/sites.tsx';
import css from './frame.module.css';
import { useAppState, useConnectionState } from './host.tsx';
import { Jamb } from './jamb.tsx';
import { RecoveryNotice } from './recovery-notice.tsx';
import { type Route, useRoute } from './route.ts';
import { RunningWork } from './running-work.tsx';
import { Sill } from './sill.tsx';
import { useStayAwake } from './stay-awake.ts';

/** The app in its door frame: the jamb, the screen that is open, the running work and the sill. */
export function App() {
  const route = useRoute();
  const { value: state, problem } = useAppState();
  const connection = useConnectionState();
  useStayAwake();
  const [practiceOpen, setPracticeOpen] = useState(false);
  const closePractice = useCallback(() => setPracticeOpen(false), []);
  const main = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change of screens that matters
  useEffect(() => {
    // What had the focus went with the screen it stood on: the keyboard begins at the new one, not at the window.
    if (document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, [route.screen]);

  if (connection.kind === 'refused' || state === undefined) {
    return (
      <div className={css.app}>
        <Jamb route={null} />
        <main className={css.main}>
          <div className={css.splash}>
            {connection.kind === 'refused' ? (
              <ProblemNote problem={connection.problem} />
            ) : problem !== null ? (
              <ProblemNote problem={problem} />
            ) : (
              <Connecting />
            )}
          </div>
        </main>
        <footer className={css.sill} />
      </div>
    );
  }

  const notice = state.recovery !== null && <RecoveryNotice recovery={state.recovery} />;
  if (state.mode === 'unset')
    return (
      <>
        <FirstStart state={state} />
        {notice}
      </>
    );

  return (
    <div className={css.app}>
      <Jamb route={route} />
      <main ref={main} className={css.main} tabIndex={-1}>
        <Screen route={route} />
        {practiceOpen && state.mode === 'practice' && <PracticePanel onClose={closePractice} />}
      </main>
      <div className={css.below}>
        {state.unsaved !== null && <ProblemNote problem={state.unsaved} />}
        <RunningWork route={route} />
      </div>
      {notice}
      <Sill practiceOpen={practiceOpen} onPractice={() => setPracticeOpen(!practiceOpen)} />
    </div>
  );
}

const titles = {
  sites: 'sites.title',
  new_site: 'sites.new',
  import: 'sites.import',
  outbox: 'jamb.outbox',
  settings: 'jamb.settings',
} as const;

function Screen({ route }: { route: Route }) {
  const t = useText();
  return (
    <>
      {route.screen !== 'site' && <title>{t('app.title', { place: t(titles[route.screen]) })}</title>}
      <Opened route={route} />
    </>
  );
}

function Opened({ route }: { route: Route }) {
  switch (route.screen) {
    case 'sites':
      return <Sites />;
    case 'new_site':
      return <NewSite />;
    case 'import':
      return <ImportRegister />;
    case 'site':
      return <SiteScreen key={route.siteId} route={route} />;
    case 'outbox':
      return <OutboxScreen siteId={route.siteId} />;
    case 'settings':
      return <Settings />;
  }
}

function Connecting() {
  const t = useText();
  const connection = useConnectionState();
  return (
    <div role="status" aria-label={t('app.connecting')}>
      <h1>
        <Text id="app.connecting" />
      </h1>
      {(connection.kind === 'connecting' || connection.kind === 'lost') && (
        <p className="quiet">
          <Text id="app.connecting_since" values={{ at: <Clock at={connection.since.toISOString()} /> }} />
        </p>
      )}
    </div>
  );
}
