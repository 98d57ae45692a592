import { useEffect, useRef, useState } from 'react';
import { useIntl } from 'react-intl';
import type { Device, DeviceLogEntry } from '../../../../electron/contract/model.ts';
import { useAct } from '../../../app/host.tsx';
import { Text, useText } from '../../../i18n/text.tsx';
import { Button } from '../../../parts/button.tsx';
import { ProblemNote } from '../../../parts/problem.tsx';
import { Clock } from '../../../parts/time.tsx';
import { Asleep } from './asleep.tsx';
import css from './device-sheet.module.css';
import { Section } from './section.tsx';

/** What the device noted itself, newest first, read when it is asked for; what it has lost is told. */
export function DeviceLogSection({ device, notYet }: { device: Device; notYet: string | undefined }) {
  const t = useText();
  const [entries, setEntries] = useState<readonly DeviceLogEntry[] | null>(null);
  const [next, setNext] = useState<number | null>(null);
  const read = useAct(async (client, after: number) => {
    const log = await client.devices.log({ deviceId: device.id, after });
    setEntries((before) => [...(after === 0 ? [] : (before ?? [])), ...log.entries]);
    setNext(log.next);
  });
  const section = useRef<HTMLElement>(null);
  const count = entries?.length ?? 0;
  useEffect(() => {
    // What was asked for is brought into view; it stands low in the sheet.
    if (count > 0) section.current?.scrollIntoView({ block: 'start' });
  }, [count]);
  return (
    <Section
      ref={section}
      title={<Text id="log.title" />}
      aside={
        <Button
          notYet={notYet}
          busy={read.busy ? t('log.reading') : undefined}
          onPress={() => void read.run(next ?? 0)}
        >
          <Text id={entries === null ? 'log.read' : next === null ? 'log.read_again' : 'log.read_on'} />
        </Button>
      }
    >
      {entries === null && read.problem === null && (
        <p className="quiet">
          <Text id="log.what" />
        </p>
      )}
      {read.problem !== null &&
        !read.busy &&
        (read.problem.code === 'pairing.closed' && device.kind === 'lock' ? (
          <Asleep lock={device} />
        ) : (
          <ProblemNote problem={read.problem} tone="attention" />
        ))}
      {entries !== null && entries.length === 0 && (
        <p className="quiet">
          <Text id="log.empty" />
        </p>
      )}
      {entries !== null && entries.length > 0 && (
        <>
          <p className="hidden-visually" role="status">
            <Text id="log.count" values={{ count: entries.length }} />
          </p>
          {next !== null && (
            <p className="quiet">
              <Text id="log.more" />
            </p>
          )}
          <ol className={css.log} aria-label={t('log.title')} reversed>
            {[...entries].reverse().map((entry) => (
              <Entry key={entry.number} entry={entry} />
            ))}
          </ol>
        </>
      )}
    </Section>
  );
}

function Entry({ entry }: { entry: DeviceLogEntry }) {
  const intl = useIntl();
  const key = `log.code.${entry.code}`;
  const known = Object.hasOwn(intl.messages, key);
  const detail = Object.entries(entry.detail);
  return (
    <>
      <li className={css.entry}>
        <span className="quiet nowrap">
          {entry.at === null ? <Text id="log.no_time" /> : <Clock at={entry.at} />}
        </span>
        <span>
          {known ? intl.formatMessage({ id: key }) : entry.code.replaceAll('_', ' ')}
          {detail.length > 0 && (
            <span className="quiet">
              {', '}
              {detail.map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`).join(', ')}
            </span>
          )}
        </span>
      </li>
      {entry.lostBefore > 0 && (
        <li className={css.lost}>
          <Text id="log.lost" values={{ count: entry.lostBefore }} />
        </li>
      )}
    </>
  );
}
