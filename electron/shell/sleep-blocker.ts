import type { PowerSaveBlocker } from 'electron';

/** Keeps the computer, not its screen, from sleeping while that is wanted. */
export function sleepBlocker(system: PowerSaveBlocker): (wanted: boolean) => void {
  let id: number | undefined;
  return (wanted) => {
    if (wanted) id ??= system.start('prevent-app-suspension');
    else if (id !== undefined) {
      system.stop(id);
      id = undefined;
    }
  };
}
