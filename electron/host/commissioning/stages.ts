import type { Progress } from '../../../native/devices/index.ts';
import type { Work } from '../../contract/index.ts';
import type { WorkHandle } from './work-log.ts';

/** Turns a workflow's progress into what the panel shows: the stages of the device in hand, in order. */
export function stageTeller(handle: WorkHandle): (progress: Progress) => void {
  let device: string | undefined;
  let steps: Work['steps'] = [];
  let running = '';
  return (progress) => {
    if (steps.length === 0 || progress.device !== device) {
      device = progress.device;
      const ofDevice = progress.table.filter((row) => row.device === device);
      steps = ofDevice.map(({ step }) => ({ id: step, state: 'waiting' }));
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
