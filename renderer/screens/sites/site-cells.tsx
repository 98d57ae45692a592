import { useIntl } from 'react-intl';
import type { SiteRow } from '../../../electron/contract/model.ts';
import { go } from '../../app/route.ts';
import { Text, useText } from '../../i18n/text.tsx';
import { Button } from '../../parts/button.tsx';
import { cx } from '../../parts/cx.ts';
import layout from '../../parts/layout.module.css';
import { useProblemText } from '../../parts/problem.tsx';
import { Cell } from '../../parts/rows.tsx';
import { Doors } from '../../parts/ruler.tsx';
import { State } from '../../parts/state.tsx';
import { invitationText, siteLook } from '../../parts/states.ts';
import { Ago, clockOrDayText, useNow } from '../../parts/time.tsx';
import { placeOfStep } from './next-step.ts';
import css from './sites.module.css';

const HOUR_MS = 3_600_000;

/** The cells of one site, in the order of the heads. */
export function SiteCells({
  row,
  reachable,
  yourTurn,
}: {
  row: SiteRow;
  reachable: boolean;
  yourTurn: boolean;
}) {
  const { planned, attached, tested } = row.doors;
  return (
    <>
      <Cell className={layout.two}>
        <b title={row.name}>{row.name}</b>
        <small>
          {row.city}
          {row.city !== '' && ' · '}
          {row.siteUid ?? <Text id="sites.no_uid" />}
        </small>
      </Cell>
      <Cell>
        <SiteState row={row} />
      </Cell>
      <Cell className={cx(layout.two, 'wide')}>
        <span title={row.ownerName}>
          {row.ownerName === '' ? <Text id="sites.no_owner" /> : row.ownerName}
        </span>
        <small>
          <InvitationLine row={row} />
        </small>
      </Cell>
      <Cell>
        <Doors planned={planned} attached={attached} tested={tested} />
      </Cell>
      <Cell className="number wide">
        {row.unsent === 0 ? (
          <span className="quiet">
            <Text id="none.dash" />
          </span>
        ) : (
          <>
            <Text id="number" values={{ value: row.unsent }} />
            <span className="hidden-visually">
              <Text id="sites.column.unsent" />
            </span>
          </>
        )}
      </Cell>
      <Cell className="quiet nowrap wide">
        {row.lastWorkedAt === null ? <Text id="none.dash" /> : <Ago at={row.lastWorkedAt} />}
      </Cell>
      <Cell>
        <NextStepButton row={row} reachable={reachable} yourTurn={yourTurn} />
      </Cell>
    </>
  );
}

function SiteState({ row }: { row: SiteRow }) {
  const problemText = useProblemText();
  if (row.attention !== null) {
    const { title } = problemText(row.attention);
    return (
      <span title={title}>
        <State tone="attention">{title}</State>
      </span>
    );
  }
  const { tone, mark, text } = siteLook(row.state);
  return (
    <State tone={tone} mark={mark}>
      <Text id={text} />
    </State>
  );
}

function InvitationLine({ row }: { row: SiteRow }) {
  const now = useNow();
  const intl = useIntl();
  const { invitation } = row;
  const hours = invitation?.expiresAt
    ? Math.max(0, Math.ceil((Date.parse(invitation.expiresAt) - now.getTime()) / HOUR_MS))
    : 0;
  const since = invitation?.acceptedAt ? clockOrDayText(intl, new Date(invitation.acceptedAt), now) : '';
  return <Text id={invitationText(row)} values={{ hours, since }} />;
}

function NextStepButton({
  row,
  reachable,
  yourTurn,
}: {
  row: SiteRow;
  reachable: boolean;
  yourTurn: boolean;
}) {
  const t = useText();
  const { kind, count } = row.nextStep;
  const label = t(`next.${kind}`, { count });
  const hasAct = kind !== 'none' && kind !== 'follow_owner';
  return (
    <Button
      kind={yourTurn && hasAct ? 'key' : 'neutral'}
      {...(yourTurn && hasAct ? { iconAfter: 'arrow' as const } : {})}
      className={css.next}
      excludeFromTabOrder={!reachable}
      label={t('sites.next_of', { next: label, site: row.name })}
      onPress={() => go(placeOfStep(row.id, row.nextStep))}
    >
      {label}
    </Button>
  );
}
