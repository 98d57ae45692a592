import type { Core } from '../core.ts';

/** The person who stands at virtual doors: presents cards, presses buttons, and finds every check passed. */
export function startPerson({ commissioning, store, practiceWorld }: Core): { leave(): void } {
  const world = practiceWorld();
  const act = (): void => {
    const work = commissioning.current();
    if (work === null || work.state !== 'running') return;
    const [inHand] = work.deviceIds;
    const mac = inHand === undefined ? null : (store.devices.get(inHand)?.mac ?? null);
    if (work.needs === 'present_card' && mac !== null) world.presentCard(mac);
    else if (work.needs === 'press_button' && mac !== null) world.pressButton(mac);
    if (work.question !== null) queueMicrotask(() => answer(work.id));
  };
  const answer = (workId: string): void => {
    const work = commissioning.current();
    if (work?.id === workId && work.question !== null) commissioning.answer(workId, work.question, 'passed');
  };
  const leave = commissioning.subscribe(act);
  // A card that was shown a moment too early is shown again.
  const timer = setInterval(act, 500);
  return {
    leave() {
      leave();
      clearInterval(timer);
    },
  };
}
