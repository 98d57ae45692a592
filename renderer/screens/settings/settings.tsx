import { useAct, useAppState } from '../../app/host.tsx';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import layout from '../../parts/layout.module.css';
import { ProblemInline } from '../../parts/problem.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { themeChoices } from '../../theme/theme.ts';
import css from './settings.module.css';
import { useThemeChoice } from './theme-menu.tsx';
import { Ways } from './ways.tsx';

/** Account, look, ways to devices, and version of the app. */
export function Settings() {
  const t = useText();
  const { value: state } = useAppState();
  const [theme, chooseTheme] = useThemeChoice();
  const signIn = useAct((client) => client.account.signIn());
  const signOut = useAct((client) => client.account.signOut());
  if (state === undefined) return null;
  const problem = signIn.problem ?? signOut.problem;
  return (
    <div className={layout.screen}>
      <header className={layout.bar}>
        <h1>
          <Text id="jamb.settings" />
        </h1>
      </header>
      <div className={`${layout.scroll} ${css.settings}`}>
        <section className={css.setting}>
          <h2>
            <Text id="settings.account" />
          </h2>
          <div>
            {state.person === null ? (
              <p className="quiet">
                <Text id="settings.signed_out" />
              </p>
            ) : (
              <p className={layout.two}>
                <b>{state.person.fullName}</b>
                <span>{state.person.email}</span>
                <small>{state.person.company}</small>
              </p>
            )}
            <div className={layout.acts}>
              {state.person === null ? (
                <Button
                  busy={signIn.busy ? t('first.signing_in') : undefined}
                  onPress={() => void signIn.run()}
                >
                  <Text id="account.sign_in" />
                </Button>
              ) : (
                <Button
                  busy={signOut.busy ? t('settings.signing_out') : undefined}
                  onPress={() => void signOut.run()}
                >
                  <Text id="settings.sign_out" />
                </Button>
              )}
            </div>
            <p className={`quiet small ${css.note}`}>
              <Text id="settings.sign_out.consequence" />
            </p>
            {problem !== null && <ProblemInline problem={problem} />}
          </div>
        </section>
        <section className={css.setting}>
          <h2>
            <Text id="settings.theme" />
          </h2>
          <div>
            <Tabs
              label={t('settings.theme')}
              tabs={themeChoices.map((id) => ({ id, label: <Text id={`theme.${id}`} /> }))}
              chosen={theme}
              onChoose={chooseTheme}
            />
            <p className={`quiet small ${css.note}`}>
              <Text id="settings.theme.what" />
            </p>
          </div>
        </section>
        <Ways />
        <section className={css.setting}>
          <h2>
            <Text id="settings.about" />
          </h2>
          <p>
            <Text id="app.version" values={{ version: state.version }} />
          </p>
        </section>
      </div>
    </div>
  );
}
