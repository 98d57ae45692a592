import type { Device } from '../../../../electron/contract/model.ts';
import { Text, type TextId, useText } from '../../../i18n/text.tsx';
import { Code } from '../../../parts/code.tsx';
import { Drawing } from '../../../parts/drawing.tsx';
import { Note } from '../../../parts/note.tsx';
import { drawingOf } from '../../../parts/states.ts';
import type { Consequences, Leaving } from './consequences.ts';
import css from './leaving.module.css';

/** Names the doors that stop working, what else is lost, and what there is to do afterwards. */
export function WhatFollows({
  act,
  device,
  follows,
}: {
  act: Leaving;
  device: Device;
  follows: Consequences;
}) {
  const t = useText();
  const { leaving, doors, untested, untold, network } = follows;
  return (
    <>
      {leaving.length > 0 && (
        <section>
          <Note tone="attention" title={t('leave.doors', { count: doors.length, all: leaving.length })}>
            <p>
              <Text id="leave.doors.why" />
            </p>
          </Note>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard, too */}
          <ul className={css.doors} tabIndex={0} aria-label={t('leave.doors.name')}>
            {leaving.map((each) => (
              <li key={each.id}>
                <Drawing name={drawingOf(each)} size={28} />
                <span className="cut" title={each.name}>
                  {each.name}
                </span>
                {each.mac !== null && <Code value={each.mac} />}
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className={css.lines}>
        {untested.length > 0 && (
          <p>
            <Text id="leave.tests" values={{ count: untested.length }} />
          </p>
        )}
        {network && (
          <p>
            <Text id={act === 'reset' ? 'leave.network.reset' : 'leave.network.replace'} />
          </p>
        )}
        {network && untold.length > 0 && (
          <p>
            <Text id="leave.untold" values={{ count: untold.length }} />
          </p>
        )}
        <p>
          <Text id={afterText(act, device)} />
        </p>
      </div>
    </>
  );
}

function afterText(act: Leaving, { kind, heldByHub }: Device): TextId {
  if (act === 'reset' && kind !== 'iq') return 'leave.after.reset_device';
  return act === 'detach' && heldByHub !== null ? 'leave.after.tell' : `leave.after.${act}`;
}
