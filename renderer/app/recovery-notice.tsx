import type { Recovery } from '../../electron/contract/model.ts';
import { Text } from '../i18n/text.tsx';
import { Button } from '../parts/button.tsx';
import { ErrorCodeText } from '../parts/code.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { ProblemInline, useProblemText } from '../parts/problem.tsx';
import { useAct } from './host.tsx';
import css from './recovery-notice.module.css';

/** Tells that the data file was damaged, what took its place, and which sites to look at; stays until it is read. */
export function RecoveryNotice({ recovery: { problem, sites, more, complete } }: { recovery: Recovery }) {
  const forget = useAct((client) => client.app.forgetRecovery());
  const { title, why, next } = useProblemText()(problem);
  const close = () => void forget.run();
  return (
    <Dialog
      title={title}
      wide
      onClose={close}
      footer={
        <Button big kind="key" autoFocus onPress={close}>
          <Text id="recovery.read" />
        </Button>
      }
    >
      <div className={css.body}>
        <p>{why}</p>
        {sites.length > 0 && (
          <>
            <p>
              <b>
                <Text id="recovery.missing" />
              </b>
            </p>
            <ul className={css.sites}>
              {sites.map(({ name, lost }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two sites may have one name, and the list never changes
                <li key={index}>
                  <b>{name}</b>
                  <span className="quiet">
                    <Text id={`recovery.lost.${lost}`} />
                  </span>
                </li>
              ))}
            </ul>
            {more > 0 && (
              <p>
                <Text id="recovery.more" values={{ count: more }} />
              </p>
            )}
          </>
        )}
        {complete && sites.length === 0 && (
          <p>
            <Text id="recovery.nothing_missing" />
          </p>
        )}
        {!complete && (
          <p>
            <Text id="recovery.incomplete" />
          </p>
        )}
        <p>{next}</p>
        <p>
          <Text id="recovery.look_first" /> <ErrorCodeText code={problem.code} />
        </p>
        {forget.problem !== null && <ProblemInline problem={forget.problem} />}
      </div>
    </Dialog>
  );
}
