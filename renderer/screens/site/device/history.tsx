import { useQuery } from '@tanstack/react-query';
import { useIntl } from 'react-intl';
import { useClient } from '../../../app/host.tsx';
import { Text } from '../../../i18n/text.tsx';
import { Clock } from '../../../parts/time.tsx';
import css from './device-sheet.module.css';
import { Section } from './section.tsx';

/** Who did what with this device, newest first, as the laptop wrote it down. */
export function DeviceHistory({ deviceId }: { deviceId: string }) {
  const intl = useIntl();
  const client = useClient();
  const { data = [] } = useQuery({
    queryKey: ['history', deviceId],
    queryFn: () => client.devices.history({ deviceId }),
    networkMode: 'always',
    retry: false,
  });
  return (
    <Section title={<Text id="history.title" />}>
      {data.length === 0 ? (
        <p className="quiet">
          <Text id="history.empty" />
        </p>
      ) : (
        <ol className={css.log}>
          {data.map(({ at, person, action }) => {
            const key = `history.${action}`;
            return (
              <li key={`${at} ${action}`} className={css.entry}>
                <span className="quiet nowrap">
                  <Clock at={at} />
                </span>
                <span>
                  {Object.hasOwn(intl.messages, key)
                    ? intl.formatMessage({ id: key })
                    : action.replace(/[._]/g, ' ')}
                  <span className="quiet">, {person}</span>
                </span>
              </li>
            );
          })}
        </ol>
      )}
    </Section>
  );
}
