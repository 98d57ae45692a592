import type { Device } from '../../../../electron/contract/model.ts';
import { Text } from '../../../i18n/text.tsx';
import css from './device-sheet.module.css';
import { iqLamp, readLamp } from './lamps.ts';

/** The lamp in words: what it shows, and on a hub what that means and what to do. */
export function LampMeaning({ lamp, kind }: { lamp: string; kind: Device['kind'] }) {
  const read = readLamp(lamp);
  const known = kind === 'iq' ? iqLamp(lamp) : undefined;
  return (
    <span className={css.lamp}>
      <b>
        {lamp === 'reset' ? (
          <Text id="lamp.reset" />
        ) : read === null ? (
          <Text id={lamp === 'off' ? 'lamp.off' : 'lamp.unknown'} values={{ lamp }} />
        ) : (
          <Text id={`lamp.${read.pattern}`} values={{ colour: <Text id={`lamp.colour.${read.colour}`} /> }} />
        )}
      </b>
      {known !== undefined && (
        <span className="quiet">
          <Text id={`lamp.iq.${known}`} />
        </span>
      )}
    </span>
  );
}
