import { Text, useText } from '../i18n/text.tsx';
import { cx } from '../parts/cx.ts';
import { DoorMark } from '../parts/drawing.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Link } from '../parts/link.tsx';
import css from './frame.module.css';
import { useAppState } from './host.tsx';
import { outboxPath, type Route } from './route.ts';

/** The left of the door frame: where am I. */
export function Jamb({ route }: { route: Route | null }) {
  const t = useText();
  const { value } = useAppState();
  const sites = route?.screen !== 'outbox' && route?.screen !== 'settings';
  return (
    <nav className={css.jamb} aria-label={t('jamb.name')}>
      <div className={css.mark}>
        <DoorMark size={40} label={t('app.name')} />
      </div>
      {route !== null && (
        <>
          <Place to="/" icon="sites" on={sites} label={<Text id="jamb.sites" />} />
          <Place
            to={outboxPath()}
            icon="outbox"
            on={route.screen === 'outbox'}
            label={<Text id="jamb.outbox" />}
            count={value?.unsent ?? 0}
            countName={t('jamb.waiting', { count: value?.unsent ?? 0 })}
          />
          <span className="grow" />
          <Place
            to="/settings"
            icon="settings"
            on={route.screen === 'settings'}
            label={<Text id="jamb.settings" />}
          />
        </>
      )}
    </nav>
  );
}

function Place({
  to,
  icon,
  on,
  label,
  count = 0,
  countName,
}: {
  to: string;
  icon: IconName;
  on: boolean;
  label: React.ReactNode;
  count?: number;
  countName?: string;
}) {
  return (
    <Link to={to} className={cx(css.place, on && css.on)} current={on ? 'page' : undefined}>
      <span className={css.placeIcon}>
        <Icon name={icon} size={24} />
        {count > 0 && (
          <b>
            <span aria-hidden="true">
              <Text id="number" values={{ value: count }} />
            </span>
          </b>
        )}
      </span>
      <span>{label}</span>
      {count > 0 && <span className="hidden-visually">{countName}</span>}
    </Link>
  );
}
