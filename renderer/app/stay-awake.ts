import { useEffect } from 'react';
import { useWork } from './host.tsx';

/**
 * Keeps the computer awake while a device is worked on: in sleep an armed device goes back to what it was. In the
 * browser the page alone can ask for it; Electron's page may not, there the shell does it.
 */
export function useStayAwake(): void {
  const { value: work } = useWork();
  const wanted = work?.state === 'running';
  useEffect(() => {
    if (!wanted || !('wakeLock' in navigator)) return;
    let held: WakeLockSentinel | undefined;
    let ended = false;
    const hold = async () => {
      if (document.visibilityState !== 'visible') return;
      // Refused on an empty battery, or where the page may not ask.
      const lock = await navigator.wakeLock.request('screen').catch(() => undefined);
      if (ended) await lock?.release();
      else held = lock;
    };
    void hold();
    // A page that was hidden has lost it.
    document.addEventListener('visibilitychange', hold);
    return () => {
      ended = true;
      document.removeEventListener('visibilitychange', hold);
      void held?.release();
    };
  }, [wanted]);
}
