import type { Progress } from '../../../native/devices/index.ts';
import type { Work } from '../../contract/index.ts';
import type { WorkHandle } from './work-log.ts';

/**
 * Turns a workflow's progress into what the panel shows: the stages of the device in hand, in order.
 *
 * @param stagesOf the names of the steps that a device goes through
 */
export function stageTeller(
  handle: WorkHandle,
  stagesOf: (device: string | undefined) => readonly string[],
): (progress: Progress) => void {
  let device: string | undefined;
  let steps: Work['steps'] = stagesOf(undefined).map((id) => ({ id, state: 'waiting' }));
  let running = '';
  return (progress) => {
    if (progress.device !== device) {
      device = progress.device;
      steps = stagesOf(device).map((id) => ({ id, state: 'waiting' }));
    }
    steps = steps.map((step) => (step.id === progress.step ? { ...step, state: progress.state } : step));
    const stepBegan = running !== `${progress.step} ${device}`;
    running = `${progress.step} ${device}`;
    handle.tell({
      steps,
      stepBegan,
      fraction: progress.fraction ?? null,
      needs: progress.needs ?? null,
      failsafeEndsAt:
        progress.failsafeEndsAt === undefined ? null : new Date(progress.failsafeEndsAt).toISOString(),
    });
  };
}
