import { CodedError } from '../../../electron/contract/errors.ts';
import type { Device } from '../device.ts';
import { runWorkflow, type Step, type StepTools } from '../workflow.ts';
import { connectAwake, RESTARTING } from './connect-awake.ts';
import type { UpdateFirmwareOptions } from './update-firmware.ts';

/** What bringing one device back to factory state needs: the same as updating it, but no image. */
export type ResetOptions = Omit<UpdateFirmwareOptions, 'image'>;

interface Context {
  readonly options: ResetOptions;
  device: Device | undefined;
  /** When it was told to, in the clock's ticks. */
  erasedAtTicks: number;
}

const CONNECT_LIMIT_MS = 180_000;
const ERASE_LIMIT_MS = 30_000;
/** It restarts within 5 s (A54), then starts up; over the air a hand may be needed. */
const BACK_LIMIT_MS = 180_000;
const FACTORY_STATE = 0;
const PAIRING_OPEN = 1;

/**
 * Brings a device to factory state: armed, staged, committed (A54); then it is seen to have come back empty. Its log,
 * serial and activation code stay. What is in factory state already is left alone.
 * @throws CodedError `commission.reset_unproven`, `pairing.*`, or what the way gives.
 */
export async function resetDevice(options: ResetOptions): Promise<Device> {
  const context: Context = { options, device: undefined, erasedAtTicks: 0 };
  const { id, deviceId, journal, clock, signal, onProgress } = options;
  const steps = STEPS.map((step) => ({ ...step, device: deviceId }));
  await runWorkflow({ id, steps, context, journal, clock, signal, onProgress });
  return deviceOf(context);
}

const STEPS: readonly Step<Context>[] = [
  {
    step: 'connect',
    timeoutMs: CONNECT_LIMIT_MS + ERASE_LIMIT_MS,
    rearms: false,
    run: async (context, tools) => {
      const { connect, hand } = context.options;
      context.device = await connectAwake(connect, tools, { limitMs: CONNECT_LIMIT_MS, hand });
    },
  },
  {
    step: 'erase',
    timeoutMs: ERASE_LIMIT_MS,
    rearms: false,
    settles: true,
    once: true,
    check: (context, { signal }) => saysEmpty(deviceOf(context), signal),
    run: async (context, tools) => {
      const device = deviceOf(context);
      const failsafe = tools.failsafe(device);
      await failsafe.arm(tools.signal);
      await device.factory({ signal: tools.signal });
      context.erasedAtTicks = tools.clock.ticks();
      await failsafe.commit(tools.signal).catch((caught: unknown) => {
        // The answer may be lost in the restart; the next step sees what became of it.
        if (!passes(caught)) throw caught;
      });
    },
  },
  {
    step: 'empty',
    timeoutMs: BACK_LIMIT_MS + ERASE_LIMIT_MS,
    rearms: false,
    check: (context, { signal }) => saysEmpty(deviceOf(context), signal),
    run: waitUntilEmpty,
  },
];

/** Connects again once it has restarted, and sees that nothing is left. */
async function waitUntilEmpty(context: Context, tools: StepTools): Promise<void> {
  const { hand, deviceId } = context.options;
  await deviceOf(context).close();
  try {
    context.device = await connectAwake((signal) => connectEmpty(context, tools, signal), tools, {
      limitMs: BACK_LIMIT_MS,
      hand,
      alsoAsleep: RESTARTING,
    });
  } catch (caught) {
    if (tools.signal.aborted || !passes(caught)) throw caught;
    throw new CodedError('commission.reset_unproven', { device: deviceId });
  }
}

/** A device answers the commit before it restarts (A54): until then it says what it was. */
async function connectEmpty(context: Context, { clock }: StepTools, signal: AbortSignal): Promise<Device> {
  const { options, erasedAtTicks } = context;
  const device = await options.connect(signal);
  try {
    if (await hasRestarted(device, clock.ticks() - erasedAtTicks, signal)) return device;
    throw new CodedError('device.busy', { command: 'factory', device: options.deviceId });
  } catch (caught) {
    await device.close();
    throw caught;
  }
}

/** Asked anew: a connection that is kept has its identity from when it was paired. */
async function saysEmpty({ server }: Device, signal: AbortSignal): Promise<boolean> {
  return (await server.identity({ signal })).state === FACTORY_STATE;
}

/** While Bluetooth is open a device says that in place of what it holds (A16): then how long it has been up tells. */
async function hasRestarted(device: Device, sinceMs: number, signal: AbortSignal): Promise<boolean> {
  const { state } = await device.server.identity({ signal });
  if (state !== PAIRING_OPEN) return state === FACTORY_STATE;
  return (await device.health({ signal })).up * 1000 < sinceMs;
}

function passes(caught: unknown): boolean {
  return caught instanceof CodedError && RESTARTING.includes(caught.code);
}

function deviceOf({ device, options }: Context): Device {
  if (device === undefined) throw new CodedError('device.disconnected', { device: options.deviceId });
  return device;
}
