import { randomBytes } from 'node:crypto';
import { CodedError } from '../../../electron/contract/errors.ts';
import {
  type AttachedChild,
  attachChildren,
  type ChildPlan,
  Device,
  type Journal,
  MemoryJournal,
  type Progress,
} from '../../../native/devices/index.ts';
import type { PacketChannel } from '../../../native/smp/index.ts';
import {
  connectInMemory,
  type DeviceOptions,
  type DevicePlan,
  RadioField,
  VirtualDevice,
} from '../../../native/virtual/index.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';

export const HUB = '04.A2.FF';
export const LOCK = '01FFEE0011227F';
export const LOCK_2 = '01FFEE0011A4C7';
export const REPEATER = '4F.B2.31';
export const CODE = '7C.0B.E8';

/** A hub with a repeater and locks in one room, and the laptop beside it. */
export class Room {
  readonly clock = new JumpingClock();
  readonly field = new RadioField();
  readonly hub = this.make({ kind: 'iq', mac: HUB, serial: 'IQ3-000001', activationCode: CODE });

  make(plan: DevicePlan, options: DeviceOptions = {}): VirtualDevice {
    const environment = {
      clock: this.clock,
      randomBytes: (count: number) => new Uint8Array(randomBytes(count)),
    };
    return new VirtualDevice(plan, { environment, field: this.field, ...options });
  }

  lock(mac = LOCK, plan: Partial<DevicePlan> = {}): VirtualDevice {
    return this.make({ kind: 'lock', mac, ...plan });
  }

  repeater(mac = REPEATER): VirtualDevice {
    return this.make({ kind: 'repeater', mac });
  }

  /** A connected and paired device. */
  paired(device: VirtualDevice, way: 'usb' | 'bluetooth' = 'usb'): Promise<Device> {
    return this.clock.run(this.connect(device, way));
  }

  async connect(
    device: VirtualDevice,
    way: 'usb' | 'bluetooth' = 'bluetooth',
    wrap: (channel: PacketChannel) => PacketChannel = (channel) => channel,
  ): Promise<Device> {
    const channel = wrap(connectInMemory(device, way, this.clock));
    const opened = await Device.open(channel, { clock: this.clock });
    try {
      await opened.pair(device.description.activationCode);
      return opened;
    } catch (caught) {
      await opened.close();
      throw caught;
    }
  }

  /** The plan of a child that the laptop hears. */
  near(device: VirtualDevice, rest: Partial<ChildPlan> = {}): ChildPlan {
    const { mac, kind } = device.description;
    return {
      id: mac,
      kind: kind === 'repeater' ? 'repeater' : 'lock',
      way: { kind: 'channel', connect: () => this.connect(device) },
      ...rest,
    };
  }
}

/** One run of attaching, with everything it told. */
export class Attaching {
  readonly progress: Progress[] = [];
  readonly attached: AttachedChild[] = [];
  readonly controller = new AbortController();
  /** Cancels as soon as this step begins. */
  cancelAt: string | undefined;
  readonly #room: Room;

  constructor(room: Room) {
    this.#room = room;
  }

  start(hub: Device, children: readonly ChildPlan[], journal: Journal = new MemoryJournal()): Promise<void> {
    return attachChildren({
      id: 'work',
      hub,
      children,
      time: { utcSeconds: () => Math.floor(this.#room.clock.now() / 1000), timeZone: 'Europe/Berlin' },
      journal,
      clock: this.#room.clock,
      signal: this.controller.signal,
      onProgress: (progress) => {
        this.progress.push(progress);
        if (progress.step === this.cancelAt) this.controller.abort();
      },
      onAttached: (child) => this.attached.push(child),
    });
  }

  run(hub: Device, children: readonly ChildPlan[], journal?: Journal): Promise<void> {
    return this.#room.clock.run(this.start(hub, children, journal));
  }
}

/** The steps of a run in their order, each with how it ended, and what a person had to do. */
export function story(progress: readonly Progress[]): string[] {
  const told = progress
    .filter(({ state, needs }) => state !== 'running' || needs !== undefined)
    .map(({ step, device, state, needs }) =>
      [step, device, state === 'running' ? needs : state].filter((each) => each !== undefined).join(' '),
    );
  return told.filter((line, at) => line !== told[at - 1]);
}

/** The code that a promise is rejected with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (caught) {
    return caught instanceof CodedError ? caught.code : String(caught);
  }
}
