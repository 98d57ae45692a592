import { useAct, useAppState } from '../../app/host.tsx';
import { go } from '../../app/route.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import { ProblemNote } from '../../parts/problem.tsx';
import css from './empty-sites.module.css';

/** The list before its first site: the ways to get one. */
export function EmptySites() {
  const t = useText();
  const { value: app } = useAppState();
  const sample = useAct((client) => client.practice.importSample());
  const practice = app?.mode === 'practice';
  return (
    <div className={css.empty}>
      <h2 className={css.title}>
        <Text id="sites.empty" />
      </h2>
      <ul className={css.ways}>
        {practice && (
          <li>
            <div>
              <h3>
                <Text id="sites.empty.sample" />
              </h3>
              <p>
                <Text id="sites.empty.sample.what" />
              </p>
            </div>
            <Button
              kind="key"
              big
              busy={sample.busy ? t('import.running') : undefined}
              onPress={() => void sample.run()}
            >
              <Text id="sites.empty.sample.do" />
            </Button>
          </li>
        )}
        <li>
          <div>
            <h3>
              <Text id="sites.empty.import" />
            </h3>
            <p>
              <Text id="sites.empty.import.what" />
            </p>
          </div>
          <Button kind={practice ? 'neutral' : 'key'} big icon="import" onPress={() => go('/sites/import')}>
            <Text id="sites.import" />
          </Button>
        </li>
        <li>
          <div>
            <h3>
              <Text id="sites.empty.new" />
            </h3>
            <p>
              <Text id="sites.empty.new.what" />
            </p>
          </div>
          <Button big icon="plus" onPress={() => go('/sites/new')}>
            <Text id="sites.new" />
          </Button>
        </li>
      </ul>
      {sample.problem !== null && <ProblemNote problem={sample.problem} />}
    </div>
  );
}
