import { useState } from 'react';
import type { OutboxSite, Site } from '../../../electron/contract/model.ts';
import { useAct, useSite } from '../../app/host.tsx';
import { go, outboxPath, sitePath } from '../../app/route.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { TextField } from '../../parts/fields.tsx';
import layout from '../../parts/layout.module.css';
import { ProblemInline, ProblemNote, useProblemText } from '../../parts/problem.tsx';
import { State } from '../../parts/state.tsx';
import { Clock } from '../../parts/time.tsx';
import { looksWrong } from '../site/customer/site-form.tsx';
import { needsAddress } from './groups.ts';
import css from './outbox.module.css';

const outcomeLooks = {
  done: ['tested', 'tested'],
  retry: ['offline', 'resting'],
  paused: ['offline', 'resting'],
  needs_person: ['attention', 'attention'],
} as const;

/** One site in the outbox: what stands in its way, what to do, and what happened. */
export function OutboxDetail({ site }: { site: OutboxSite }) {
  const t = useText();
  const retry = useAct((client) => client.outbox.retry({ siteId: site.siteId }));
  const address = needsAddress(site);
  return (
    <>
      <div className={layout.head}>
        <span className={css.back}>
          <IconButton kind="quiet" icon="left" label={t('outbox.back')} onPress={() => go(outboxPath())} />
        </span>
        <h2 className="cut" title={site.siteName}>
          {site.siteName}
        </h2>
        <span className="grow" />
        <Button
          label={t('outbox.open_site_of', { site: site.siteName })}
          onPress={() => go(sitePath(site.siteId, 'handover'))}
        >
          <Text id="outbox.open_site" />
        </Button>
      </div>
      <div className={layout.scroll}>
        <div className={css.now}>
          {site.problem === null ? (
            <p className="quiet">
              <Text id={`outbox.state.${site.group}`} />
            </p>
          ) : (
            <ProblemNote
              problem={site.problem}
              alert={false}
              tone={site.group === 'needs_person' ? 'attention' : 'offline'}
            />
          )}
          {site.group === 'resting' && site.nextTryAt !== null && (
            <p className={`quiet ${css.again}`}>
              <Text id="outbox.line.again" values={{ at: <Clock at={site.nextTryAt} /> }} />
            </p>
          )}
          {address ? (
            <CorrectAddress siteId={site.siteId} />
          ) : (
            site.group === 'needs_person' && (
              <div className={css.send}>
                <p className="quiet small">
                  <Text id="outbox.retry.what" />
                </p>
                <Button
                  big
                  kind="key"
                  busy={retry.busy ? t('outbox.retrying') : undefined}
                  onPress={() => void retry.run()}
                >
                  <Text id="outbox.retry" />
                </Button>
              </div>
            )
          )}
          {retry.problem !== null && <ProblemInline problem={retry.problem} />}
        </div>
        <div className={`${layout.head} ${layout.headTop}`}>
          <h2>
            <Text id="outbox.history" />
          </h2>
        </div>
        <History site={site} />
      </div>
    </>
  );
}

function CorrectAddress({ siteId }: { siteId: string }) {
  const t = useText();
  const { value: site } = useSite(siteId);
  const [email, setEmail] = useState('');
  const [again, setAgain] = useState('');
  const correct = useAct((client) =>
    client.outbox.correctEmail({ siteId, email: email.trim(), emailRepeated: again.trim() }),
  );
  const differ = again !== '' && email.trim() !== again.trim();
  const notYet =
    email.trim() === '' || again.trim() === ''
      ? t('outbox.type_twice')
      : looksWrong(email)
        ? t('customer.email_looks_wrong')
        : differ
          ? t('customer.emails_differ')
          : undefined;
  return (
    <form
      className={css.correct}
      onSubmit={(event) => {
        event.preventDefault();
        if (notYet === undefined) void correct.run();
      }}
    >
      <OldAddress site={site} />
      <TextField
        label={t('outbox.correct_address')}
        type="email"
        value={email}
        onChange={setEmail}
        maxLength={254}
        {...(looksWrong(email) && again !== '' ? { error: <Text id="customer.email_looks_wrong" /> } : {})}
      />
      <TextField
        label={t('outbox.once_more')}
        type="email"
        value={again}
        onChange={setAgain}
        placeholder={t('field.type_do_not_paste')}
        maxLength={254}
        noPaste
        {...(differ ? { error: <Text id="customer.emails_differ" /> } : {})}
      />
      <div className={css.send}>
        <p className="quiet small">
          <Text id="outbox.correct.what" />
        </p>
        <Button
          big
          kind="key"
          notYet={notYet}
          busy={correct.busy ? t('outbox.correcting') : undefined}
          onPress={() => void correct.run()}
        >
          <Text id="outbox.correct.do" />
        </Button>
      </div>
      {correct.problem !== null && <ProblemInline problem={correct.problem} />}
    </form>
  );
}

function OldAddress({ site }: { site: Site | undefined }) {
  if (site === undefined) return null;
  return (
    <div>
      <p className={css.oldLabel}>
        <Text id="field.owner_email" />
      </p>
      <p className={css.old}>
        <s>{site.invitation?.email ?? site.owner.email}</s>
      </p>
    </div>
  );
}

function History({ site }: { site: OutboxSite }) {
  const t = useText();
  const problemText = useProblemText();
  if (site.history.length === 0) {
    return (
      <p className={`quiet ${css.now}`}>
        <Text id="outbox.history.none" />
      </p>
    );
  }
  return (
    <ol className={css.log} aria-label={t('outbox.history')}>
      {site.history.map((entry) => {
        const [tone, mark] = outcomeLooks[entry.outcome];
        return (
          <li key={`${entry.at} ${entry.stage} ${entry.outcome}`}>
            <span className="quiet">
              <Clock at={entry.at} />
            </span>
            <State tone={tone} mark={mark} />
            <span>
              <Text id={`outbox.outcome.${entry.outcome}`} values={{ stage: t(`stage.${entry.stage}`) }} />
              {entry.problem !== null && (
                <small className={css.logWhy}>{problemText(entry.problem).title}</small>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
