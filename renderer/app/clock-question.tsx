import type { Problem } from '../../electron/contract/errors.ts';
import { Text, useText } from '../i18n/text.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { useProblemText } from '../parts/problem.tsx';
import { NowInFull } from '../parts/time.tsx';

/** Asks once a day whether the laptop's clock is right, before devices are given its time (A44). */
export function ClockQuestion({
  problem,
  onAnswer,
}: {
  problem: Problem;
  onAnswer: (isRight: boolean) => void;
}) {
  const t = useText();
  const { title, why } = useProblemText()(problem);
  return (
    <Dialog
      title={t('clock.title')}
      lead={title}
      onClose={() => onAnswer(false)}
      footer={
        <>
          <Button big onPress={() => onAnswer(false)}>
            <Text id="dialog.cancel" />
          </Button>
          <Button big kind="key" autoFocus onPress={() => onAnswer(true)}>
            <Text id="clock.right" />
          </Button>
        </>
      }
    >
      <p className="lead">
        <b>
          <NowInFull />
        </b>
      </p>
      <p>{why}</p>
      <p className="quiet">
        <Text id="clock.wrong" />
      </p>
    </Dialog>
  );
}
