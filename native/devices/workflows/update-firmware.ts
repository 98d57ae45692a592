import { CodedError } from '../../../electron/contract/errors.ts';
import type { FirmwareImage } from '../../firmware/mcuboot-image.ts';
import type { Clock } from '../../smp/index.ts';
import type { ImageSlot } from '../commands/index.ts';
import type { Device } from '../device.ts';
import type { Journal } from '../journal.ts';
import { uploadImage } from '../upload-image.ts';
import { type Hand, type Progress, runWorkflow, type Step, type StepTools } from '../workflow.ts';
import { connectAwake, RESTARTING } from './connect-awake.ts';

/** What updating one device needs. */
export interface UpdateFirmwareOptions {
  readonly id: string;
  /** Names the rows of the table, as in `identity.mac`. */
  readonly deviceId: string;
  /** Gives the device, connected and paired; asked again after its restart. The caller closes what it gave. */
  readonly connect: (signal: AbortSignal) => Promise<Device>;
  /** What wakes it where it is reached over the air (A21); undefined on a cable. */
  readonly hand?: Hand | undefined;
  readonly image: FirmwareImage;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What became of it. */
export interface UpdatedFirmware {
  readonly device: Device;
  readonly version: string;
  /** False where it had this firmware already. */
  readonly changed: boolean;
}

interface Context {
  readonly options: UpdateFirmwareOptions;
  device: Device | undefined;
  changed: boolean;
}

/** Below this a battery may not last through writing flash and a restart, in percent. */
const LEAST_BATTERY_PERCENT = 20;

const CONNECT_LIMIT_MS = 180_000;
const READ_LIMIT_MS = 30_000;
/** 16 MB at the rate of the slowest usual line, and as much again for a device that writes slowly. */
const UPLOAD_LIMIT_MS = 2 * 3_600_000;
/** A boot loader copies two slots of flash; some take a minute. A lock then waits for a hand (A21). */
const BACK_LIMIT_MS = 180_000;
const RESTART_STEP_LIMIT_MS = BACK_LIMIT_MS + 60_000;

/**
 * Brings a device to an image: sends it, has the boot loader try it, and keeps it only once it has come back and
 * says that it runs it. Until then the old firmware is one restart away (A14). Asks the device before each step,
 * so it goes on where an earlier run ended. Does nothing to a device that is armed by somebody.
 * @throws CodedError `firmware.*`, `pairing.*`, what the ways give
 */
export async function updateFirmware(options: UpdateFirmwareOptions): Promise<UpdatedFirmware> {
  const context: Context = { options, device: undefined, changed: false };
  const { id, deviceId, journal, clock, signal, onProgress } = options;
  const steps = STEPS.map((step) => ({ ...step, device: deviceId }));
  await runWorkflow({ id, steps, context, journal, clock, signal, onProgress });
  const device = deviceOf(context);
  return { device, version: options.image.version, changed: context.changed };
}

const STEPS: readonly Step<Context>[] = [
  {
    step: 'compare',
    timeoutMs: CONNECT_LIMIT_MS,
    rearms: false,
    run: async (context, tools) => {
      context.device = await connectAwake(context.options.connect, tools, {
        limitMs: CONNECT_LIMIT_MS - READ_LIMIT_MS,
        hand: context.options.hand,
      });
      await slotsOf(context, tools);
    },
  },
  {
    step: 'battery',
    timeoutMs: READ_LIMIT_MS,
    rearms: false,
    check: (context, tools) => runs(context, tools),
    run: async (context, { signal }) => {
      const { bat } = await deviceOf(context).health({ signal });
      if (bat === undefined || bat >= LEAST_BATTERY_PERCENT) return;
      throw problem('firmware.battery_low', context, { percent: bat, least: LEAST_BATTERY_PERCENT });
    },
  },
  {
    step: 'upload',
    timeoutMs: UPLOAD_LIMIT_MS,
    rearms: false,
    check: async (context, tools) => (await slotsOf(context, tools)).some((slot) => holds(slot, context)),
    run: async (context, tools) => {
      const { bytes, sha, hash } = context.options.image;
      await freeSlot(context, tools);
      await uploadImage({
        server: deviceOf(context).server,
        bytes,
        sha,
        hash,
        signal: tools.signal,
        onProgress: (sent) => tools.fraction(sent / bytes.length),
      });
      const slots = await slotsOf(context, tools);
      if (!slots.some((slot) => holds(slot, context))) throw problem('firmware.hash_differs', context);
    },
  },
  {
    step: 'test',
    timeoutMs: READ_LIMIT_MS,
    rearms: false,
    check: async (context, tools) =>
      (await slotsOf(context, tools)).some((slot) => holds(slot, context) && (slot.pending || slot.active)),
    run: (context, { signal }) => deviceOf(context).tryImage(context.options.image.hash, { signal }),
    undo: (context, { signal }) => callOff(context, signal),
  },
  {
    step: 'restart',
    timeoutMs: RESTART_STEP_LIMIT_MS,
    rearms: false,
    once: true,
    check: (context, tools) => runs(context, tools),
    run: restart,
  },
  {
    step: 'confirm',
    timeoutMs: READ_LIMIT_MS,
    rearms: false,
    settles: true,
    check: async (context, tools) =>
      (await slotsOf(context, tools)).some((slot) => holds(slot, context) && slot.active && slot.confirmed),
    run: async (context, { signal }) => {
      await deviceOf(context).keepImage({ signal });
      context.changed = true;
    },
  },
];

/** Restarts the device, waits until it is back, and sees that it runs the new firmware. */
async function restart(context: Context, tools: StepTools): Promise<void> {
  const before = deviceOf(context);
  await before.reset({ signal: tools.signal });
  await before.close();
  try {
    context.device = await connectAwake((signal) => connectRestarted(context, signal), tools, {
      limitMs: BACK_LIMIT_MS,
      alsoAsleep: RESTARTING,
      hand: context.options.hand,
    });
  } catch (caught) {
    if (tools.signal.aborted || !isPassing(caught)) throw caught;
    throw problem('firmware.not_back', context, { seconds: BACK_LIMIT_MS / 1000 });
  }
  if (!(await runs(context, tools))) throw problem('firmware.did_not_start', context);
}

/** A device answers a reset before it restarts, up to a second later (A13): until then the plan still stands. */
async function connectRestarted({ options }: Context, signal: AbortSignal): Promise<Device> {
  const device = await options.connect(signal);
  try {
    const slots = await device.images({ signal });
    if (!slots.some(({ pending }) => pending)) return device;
    throw new CodedError('device.busy', { command: 'restart', device: options.deviceId });
  } catch (caught) {
    await device.close();
    throw caught;
  }
}

/** What an earlier try left in the way is called off; what is neither kept nor called off stays. */
async function freeSlot(context: Context, { signal }: StepTools): Promise<void> {
  const slots = await deviceOf(context).images({ signal });
  const running = slots.find(({ active }) => active);
  if (running !== undefined && !running.confirmed) throw problem('firmware.slot_taken', context);
  if (slots.some(({ pending }) => pending)) await deviceOf(context).keepImage({ signal });
}

/** Before the restart the plan is called off; after it the unconfirmed image goes with one more restart. */
async function callOff(context: Context, signal: AbortSignal): Promise<void> {
  const device = context.device;
  if (device === undefined || device.channel.closed) return;
  const slots = await device.images({ signal });
  const running = slots.find(({ active }) => active);
  if (running?.confirmed) await device.keepImage({ signal });
  else await device.reset({ signal });
}

async function runs(context: Context, tools: StepTools): Promise<boolean> {
  return (await slotsOf(context, tools)).some((slot) => holds(slot, context) && slot.active);
}

function slotsOf(context: Context, { signal }: StepTools): Promise<ImageSlot[]> {
  return deviceOf(context).images({ signal });
}

function holds({ hash }: ImageSlot, { options }: Context): boolean {
  return hash !== undefined && Buffer.from(hash).equals(options.image.hash);
}

function isPassing(caught: unknown): boolean {
  return (
    caught instanceof CodedError &&
    [...RESTARTING, 'pairing.closed', 'finder.not_found', 'ble.unreachable'].includes(caught.code)
  );
}

function deviceOf({ device }: Context): Device {
  if (device === undefined) throw new CodedError('device.disconnected');
  return device;
}

function problem(
  code:
    | 'firmware.battery_low'
    | 'firmware.hash_differs'
    | 'firmware.did_not_start'
    | 'firmware.not_back'
    | 'firmware.slot_taken',
  { options }: Context,
  params: Record<string, number> = {},
): CodedError {
  return new CodedError(code, { device: options.deviceId, ...params });
}
