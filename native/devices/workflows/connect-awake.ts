import { CodedError } from '../../../electron/contract/errors.ts';
import type { Device } from '../device.ts';
import type { Hand, StepTools } from '../workflow.ts';

/** A device that is looked for is tried again after this long, in milliseconds. */
const WAKE_POLL_MS = 2_000;

/** The codes of a device that is not there, or lets nobody in without a hand (A21). */
const ASLEEP: readonly string[] = ['pairing.closed', 'ble.unreachable', 'finder.not_found'];

/** A restarting device is not there, answers nothing, or has lost the session: all of it passes. */
export const RESTARTING: readonly string[] = [
  'device.busy',
  'device.timeout',
  'device.disconnected',
  'device.session_lost',
  'device.gone_silent',
  'ble.lost',
  'serial.no_such_port',
  'serial.port_gone',
  'work.device_not_found',
];

/** How long to wait for a device, and with what. */
export interface WakeOptions {
  /** After this the last failure is thrown, in milliseconds. */
  readonly limitMs: number;
  /** What the person has to do meanwhile, where anything helps. */
  readonly hand?: Hand | undefined;
  /** Codes of failures that pass by themselves, beside those of a device that is asleep. */
  readonly alsoAsleep?: readonly string[];
}

/**
 * Connects until the person has woken the device, keeping what is armed; a wrong code is never tried again.
 */
export async function connectAwake(
  connect: (signal: AbortSignal) => Promise<Device>,
  tools: StepTools,
  { limitMs, hand, alsoAsleep = [] }: WakeOptions,
): Promise<Device> {
  const beganTicks = tools.clock.ticks();
  for (;;) {
    try {
      const device = await connect(tools.signal);
      tools.needs(undefined);
      return device;
    } catch (caught) {
      const isLate = tools.clock.ticks() - beganTicks >= limitMs;
      const isAsleep =
        caught instanceof CodedError && (ASLEEP.includes(caught.code) || alsoAsleep.includes(caught.code));
      if (isLate || !isAsleep) throw caught;
      tools.needs(hand);
      await tools.keepArmed();
      await tools.sleep(WAKE_POLL_MS);
    }
  }
}
