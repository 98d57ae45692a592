import { exitCodes } from './output.ts';

/** Within this, in milliseconds, a second interrupt is the same key: the terminal's, and the one that npm hands on. */
const SAME_KEY_MS = 1_000;

/**
 * Runs `leave` at the first Ctrl-C. From then on the process ends in order: a repeat of the same key kills nothing
 * that is still being let go, and one pressed later ends the process at once, should leaving hang.
 */
export function onInterrupt(leave: () => void): void {
  let leftAt: number | undefined;
  process.on('SIGINT', () => {
    if (leftAt === undefined) {
      leftAt = performance.now();
      leave();
    } else if (performance.now() - leftAt > SAME_KEY_MS) {
      process.exit(exitCodes.interrupted);
    }
  });
}
