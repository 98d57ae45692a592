import type { AppState } from '../../../electron/contract/model.ts';
import frame from '../../app/frame.module.css';
import { useAct } from '../../app/host.tsx';
import { Jamb } from '../../app/jamb.tsx';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Note } from '../../parts/note.tsx';
import { ProblemInline } from '../../parts/problem.tsx';
import { ThemeMenu } from '../settings/theme-menu.tsx';
import css from './first-start.module.css';
import { Scene } from './scene.tsx';

/** The first start asks one question: sign in, or practise. */
export function FirstStart({ state }: { state: AppState }) {
  const t = useText();
  const signIn = useAct((client) => client.account.signIn());
  const practise = useAct((client) => client.app.practise());
  const hasCloud = state.cloud.state !== 'not_configured';
  const waiting = state.cloud.state === 'signing_in';
  return (
    <div className={frame.app}>
      <Jamb route={null} />
      <main className={frame.main}>
        <div className={css.first}>
          <section className={css.question}>
            <p className="quiet">
              <Text id="app.version" values={{ version: state.version }} />
            </p>
            <h1>
              <Text id="first.question" />
            </h1>
            <div className={css.choice}>
              <div>
                <h2>
                  <Text id="first.sign_in" />
                </h2>
                <p>
                  <Text id={hasCloud ? 'first.sign_in.what' : 'first.sign_in.no_cloud'} />
                </p>
              </div>
              <Button
                big
                kind={hasCloud ? 'key' : 'neutral'}
                iconAfter="arrow"
                notYet={hasCloud ? undefined : t('first.sign_in.no_cloud')}
                busy={waiting || signIn.busy ? t('first.signing_in') : undefined}
                onPress={() => void signIn.run()}
              >
                <Text id="account.sign_in" />
              </Button>
            </div>
            {waiting && (
              <Note tone="paired" title={<Text id="first.browser" />}>
                {state.cloud.signInUrl !== null && (
                  <p>
                    <a href={state.cloud.signInUrl} target="_blank" rel="noreferrer">
                      <Text id="sill.sign_in_page" />
                    </a>
                  </p>
                )}
              </Note>
            )}
            {signIn.problem !== null && <ProblemInline problem={signIn.problem} />}
            <div className={css.choice}>
              <div>
                <h2>
                  <Text id="first.practise" />
                </h2>
                <p>
                  <Text id="first.practise.what" />
                </p>
              </div>
              <Button
                big
                kind={hasCloud ? 'neutral' : 'key'}
                busy={practise.busy ? t('first.practise.starting') : undefined}
                onPress={() => void practise.run()}
              >
                <Text id="first.practise" />
              </Button>
            </div>
            {practise.problem !== null && <ProblemInline problem={practise.problem} />}
          </section>
          <section className={css.art} aria-hidden="true">
            <Scene />
          </section>
        </div>
      </main>
      <footer className={frame.sill}>
        <span className={`${frame.segment} ${frame.first}`}>
          <Icon
            name={
              state.cloud.state === 'offline' || state.cloud.state === 'not_configured'
                ? 'cloud_off'
                : 'cloud'
            }
          />
          <b>
            <Text id={`first.cloud.${state.cloud.state}`} />
          </b>
        </span>
        <ThemeMenu className={frame.segment} />
        <span className="grow" />
        <span className={`${frame.segment} wide`}>
          <span className={frame.quiet}>
            <Text id="first.encrypted" />
          </span>
        </span>
      </footer>
    </div>
  );
}
