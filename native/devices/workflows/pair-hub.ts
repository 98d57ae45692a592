import { CodedError } from '../../../electron/contract/errors.ts';
import type { Clock, PacketChannel } from '../../smp/index.ts';
import { DeviceKind } from '../commands/index.ts';
import { Device } from '../device.ts';
import type { Journal } from '../journal.ts';
import { type Progress, runWorkflow, type Step, type StepTools } from '../workflow.ts';
import { hasTime, setTime, type TrustedTime } from './set-clock.ts';

/** What pairing a hub needs. */
export interface PairHubOptions {
  readonly id: string;
  /** Opens the way to the hub; the workflow closes it again where it fails. */
  readonly connect: (signal: AbortSignal) => Promise<PacketChannel>;
  /** As typed or scanned; it is in no progress, journal or error. */
  readonly activationCode: string;
  /** The MAC that the plan names; undefined where none is bound yet. */
  readonly expectedMac?: string | undefined;
  readonly time: TrustedTime;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

interface Context {
  readonly options: PairHubOptions;
  hub: Device | undefined;
}

/** The person walks to the hub and presses its button: three minutes, one more than it then stays open (A21). */
const BUTTON_LIMIT_MS = 180_000;
const CONNECT_LIMIT_MS = 60_000;
const READ_LIMIT_MS = 30_000;
/** How often a hub that is closed over Bluetooth is asked whether its button was pressed, in milliseconds. */
const CLOSED_POLL_MS = 2_000;

/**
 * Connects a hub, proves its activation code, reads inside the seal who it is, and sets its clock. Gives the
 * paired hub, whose owner is then the caller. One guess at the code; nothing is retried (A26).
 * @throws CodedError `pairing.wrong_code` with `left`, other `pairing.*`, `commission.wrong_device`, the way's own.
 */
export async function pairHub(options: PairHubOptions): Promise<Device> {
  const context: Context = { options, hub: undefined };
  const { id, journal, clock, signal, onProgress } = options;
  await runWorkflow({ id, steps: STEPS, context, journal, clock, signal, onProgress });
  return hubOf(context);
}

const STEPS: readonly Step<Context>[] = [
  {
    step: 'connect',
    timeoutMs: CONNECT_LIMIT_MS,
    rearms: false,
    once: true,
    run: async (context, { signal, clock }) => {
      const channel = await context.options.connect(signal);
      context.hub = await Device.open(channel, { clock, signal });
      assertKindAndMac(context.hub, context.options.expectedMac);
    },
    undo: async (context) => context.hub?.close(),
  },
  {
    step: 'pair',
    timeoutMs: BUTTON_LIMIT_MS,
    rearms: false,
    once: true,
    run: async (context, tools) => pairWhenOpen(hubOf(context), context.options.activationCode, tools),
  },
  {
    step: 'identity',
    timeoutMs: READ_LIMIT_MS,
    rearms: false,
    // Read inside the seal by the pairing itself (A34); what it claimed before counts for nothing.
    run: async (context) => assertKindAndMac(hubOf(context), context.options.expectedMac),
  },
  {
    step: 'clock',
    timeoutMs: READ_LIMIT_MS,
    rearms: false,
    check: (context, { signal }) => hasTime(hubOf(context), context.options.time, signal),
    run: (context, { signal }) => setTime(hubOf(context), context.options.time, signal),
  },
];

/** Over Bluetooth a hub is open only after its button; asking whether it is costs no try (A21, A26). */
async function pairWhenOpen(hub: Device, activationCode: string, tools: StepTools): Promise<void> {
  for (;;) {
    try {
      await hub.pair(activationCode, { signal: tools.signal });
      tools.needs(undefined);
      return;
    } catch (caught) {
      const closed = caught instanceof CodedError && caught.code === 'pairing.closed';
      if (!closed || hub.channel.transport !== 'bluetooth') throw caught;
      tools.needs('press_button');
      await tools.sleep(CLOSED_POLL_MS);
    }
  }
}

function assertKindAndMac(hub: Device, expectedMac: string | undefined): void {
  const { kind, mac, model } = hub.identity;
  if (kind !== DeviceKind.iq) {
    throw new CodedError('commission.wrong_device', { expected: expectedMac ?? 'IQ', found: model });
  }
  if (expectedMac !== undefined && mac !== expectedMac) {
    throw new CodedError('commission.wrong_device', { expected: expectedMac, found: mac });
  }
}

function hubOf(context: Context): Device {
  if (context.hub === undefined) throw new CodedError('device.disconnected');
  return context.hub;
}
