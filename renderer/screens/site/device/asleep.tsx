import type { Device } from '../../../../electron/contract/model.ts';
import { PracticeHand } from '../../../app/practice-hand.tsx';
import { Text } from '../../../i18n/text.tsx';
import { Note } from '../../../parts/note.tsx';

/** A commissioned lock lets the laptop in only after a hand was at it (A22): what that hand has to do. */
export function Asleep({ lock }: { lock: Device }) {
  return (
    <Note tone="attention" title={<Text id="sheet.asleep" />} alert>
      <p>
        <Text id="sheet.asleep.how" />
      </p>
      <PracticeHand needs="present_card" device={lock} />
    </Note>
  );
}
