import type { DeviceRecord } from '../../../db/types.ts';
import type { Device } from '../../../native/devices/index.ts';
import { sleep } from '../../../native/smp/index.ts';
import { CodedError } from '../../contract/index.ts';
import type { Bench } from './bench.ts';
import type { WorkHandle } from './work-log.ts';

/** A hub that was just plugged in, or is looked for after a restart, may need this long to be seen, in milliseconds. */
const seenLimitMs = 30_000;
const seenPollMs = 250;
/** The person walks to the hub and presses its button: three minutes, one more than it then stays open (A21). */
const buttonLimitMs = 180_000;
/** Asking a closed hub whether its button was pressed costs no try (A26). */
const buttonPollMs = 2_000;

/** The codes of a hub that is not there at this moment. */
const unseen: ReadonlySet<string> = new Set(['work.device_not_found', 'finder.not_found', 'ble.unreachable']);

/**
 * The hub that a piece of work needs, connected and paired: waits until it is seen and, over Bluetooth, until the
 * person has pressed its button, which the work tells as `press_button`. Throws what {@link Bench.connectHub} throws.
 */
export async function hubInWork(
  bench: Bench,
  hub: DeviceRecord,
  { signal, tell }: Pick<WorkHandle, 'signal' | 'tell'>,
): Promise<Device> {
  const { clock, discovery } = bench;
  const beganTicks = clock.ticks();
  let needs: 'press_button' | null = null;
  for (;;) {
    try {
      const device = await bench.connectHub(hub, signal);
      if (needs !== null) tell({ needs: null });
      return device;
    } catch (caught) {
      if (!(caught instanceof CodedError) || signal.aborted) throw caught;
      const overBluetooth = discovery.byMac(hub.mac ?? '')?.transport === 'bluetooth';
      if (caught.code === 'pairing.closed' && overBluetooth) needs = 'press_button';
      else if (!unseen.has(caught.code)) throw caught;
      const limitMs = needs === null ? seenLimitMs : buttonLimitMs;
      if (clock.ticks() - beganTicks >= limitMs) throw caught;
      tell({ needs });
      await sleep(clock, needs === null ? seenPollMs : buttonPollMs, signal);
    }
  }
}
