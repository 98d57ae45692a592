import type { Device, Work } from '../../electron/contract/model.ts';
import { Text, useText } from '../i18n/text.tsx';
import { Button } from '../parts/button.tsx';
import { ProblemInline } from '../parts/problem.tsx';
import css from './frame.module.css';
import { useAct, useAppState } from './host.tsx';

/** In practice the hands are virtual, too: does at the virtual device what the running work waits for. */
export function PracticeHand({
  needs,
  device,
}: {
  needs: NonNullable<Work['needs']>;
  device: Device | undefined;
}) {
  const t = useText();
  const { value: app } = useAppState();
  const card = needs === 'present_card';
  const act = useAct((client, mac: string) =>
    card ? client.practice.presentCard({ mac }) : client.practice.pressButton({ mac }),
  );
  if (app?.mode !== 'practice' || needs === 'enter_code' || !device?.mac) return null;
  const { mac } = device;
  return (
    <div className={css.practiceHand}>
      <Button busy={act.busy ? t('practice.doing') : undefined} onPress={() => void act.run(mac)}>
        <Text id={`practice.hand.${needs}`} />
      </Button>
      {act.problem !== null && <ProblemInline problem={act.problem} />}
    </div>
  );
}
