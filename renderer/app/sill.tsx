import type { ReactNode } from 'react';
import type { AppState } from '../../electron/contract/model.ts';
import { Text } from '../i18n/text.tsx';
import { Button } from '../parts/button.tsx';
import { cx } from '../parts/cx.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import { Ago, Clock } from '../parts/time.tsx';
import css from './frame.module.css';
import { useAct, useAppState, useConnectionState } from './host.tsx';
import { outboxPath } from './route.ts';

/** The bottom of the door frame: what is connected, and what waits to leave. */
export function Sill({ practiceOpen, onPractice }: { practiceOpen: boolean; onPractice: () => void }) {
  const { value } = useAppState();
  const connection = useConnectionState();
  return (
    <footer className={css.sill}>
      {connection.kind === 'lost' ? (
        <Segment icon="clock" first live>
          <b>
            <Text id="sill.restarting" />
          </b>
          <span className={css.quiet}>
            <Text id="sill.restarting_since" values={{ at: <Clock at={connection.since.toISOString()} /> }} />
          </span>
        </Segment>
      ) : (
        value && <CloudSegment state={value} />
      )}
      {value?.mode === 'practice' && (
        <button
          type="button"
          className={cx(css.segment, css.practice)}
          aria-expanded={practiceOpen}
          onClick={onPractice}
        >
          <Icon name="practice" />
          <b>
            <Text id="sill.practice" />
          </b>
        </button>
      )}
      {value && (
        <>
          <Segment icon="bluetooth">
            <b>
              {value.bluetooth === 'on' || value.bluetooth === 'unknown' ? (
                <Text id="sill.heard" values={{ count: value.heard }} />
              ) : (
                <Text id={`sill.bluetooth.${value.bluetooth}`} />
              )}
            </b>
          </Segment>
          <Segment icon="usb">
            <b>
              {value.cables.length === 0 ? (
                <Text id="sill.no_cable" />
              ) : value.cables.length === 1 ? (
                value.cables[0]
              ) : (
                <Text id="sill.cables" values={{ count: value.cables.length }} />
              )}
            </b>
          </Segment>
          <span className="grow" />
          {value.needsPerson > 0 && (
            <Link to={outboxPath()} className={css.segment}>
              <Icon name="shield" />
              <b>
                <Text id="sill.needs_you" values={{ count: value.needsPerson }} />
              </b>
            </Link>
          )}
          <Link to={outboxPath()} className={css.segment}>
            <Icon name="outbox" />
            <b>
              <Text id="sill.waiting" values={{ count: value.unsent }} />
            </b>
          </Link>
        </>
      )}
    </footer>
  );
}

function CloudSegment({ state: { cloud } }: { state: AppState }) {
  const signIn = useAct((client) => client.account.signIn());
  switch (cloud.state) {
    case 'offline':
      return (
        <Segment icon="cloud_off" first live>
          <b>
            <Text id="sill.offline" />
          </b>
          <span className={css.quiet}>
            <Text id="sill.offline_since" values={{ at: <Clock at={cloud.since} /> }} />
          </span>
        </Segment>
      );
    case 'online':
      return (
        <Segment icon="cloud" first live>
          <b>
            <Text id="sill.online" />
          </b>
          {cloud.lastAnswerAt !== null && (
            <span className={css.quiet} aria-live="off">
              <Text id="sill.last_answer" values={{ at: <Ago at={cloud.lastAnswerAt} /> }} />
            </span>
          )}
        </Segment>
      );
    case 'signing_in':
      return (
        <Segment icon="cloud" first live>
          <b>
            <Text id="sill.signing_in" />
          </b>
          {cloud.signInUrl !== null && (
            <a className={css.frameLink} href={cloud.signInUrl} target="_blank" rel="noreferrer">
              <Text id="sill.sign_in_page" />
            </a>
          )}
        </Segment>
      );
    case 'signed_out':
      return (
        <Segment icon="cloud_off" first live>
          <b>
            <Text id="sill.signed_out" />
          </b>
          <Button className={css.frameButton} onPress={() => void signIn.run()}>
            <Text id="account.sign_in" />
          </Button>
        </Segment>
      );
    case 'not_configured':
      return (
        <Segment icon="cloud_off" first live>
          <b>
            <Text id="sill.not_configured" />
          </b>
        </Segment>
      );
  }
}

function Segment({
  icon,
  first = false,
  live = false,
  children,
}: {
  icon: IconName;
  first?: boolean;
  live?: boolean;
  children: ReactNode;
}) {
  return (
    <span className={cx(css.segment, first && css.first)} {...(live ? { role: 'status' } : {})}>
      <Icon name={icon} />
      {children}
    </span>
  );
}
