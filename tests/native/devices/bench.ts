import { createHook } from 'node:async_hooks';
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
import type { Clock, PacketChannel } from '../../../native/smp/index.ts';
import {
  connectInMemory,
  type DeviceOptions,
  type DevicePlan,
  RadioField,
  VirtualDevice,
} from '../../../native/virtual/index.ts';

/** Stretching a password runs on a thread, outside of any clock: no time may pass while it does. */
const stretching = new Set<number>();
createHook({
  init: (id, type) => {
    if (type === 'PBKDF2REQUEST') stretching.add(id);
  },
  after: (id) => stretching.delete(id),
  destroy: (id) => stretching.delete(id),
}).enable();

/** A clock that jumps to the next timer as soon as nothing else can happen. */
export class JumpingClock implements Clock {
  #ms = 1_760_000_000_000;
  readonly #timers = new Set<{ readonly run: () => void; readonly dueMs: number }>();

  now = (): number => this.#ms;
  ticks = (): number => this.#ms;
  setTimer = (run: () => void, afterMs: number): (() => void) => {
    const timer = { run, dueMs: this.#ms + Math.max(0, afterMs) };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Resolves after so much time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.setTimer(resolve, ms);
    });
  }

  /** Lets time pass until `work` has ended, at most six hours. */
  async run<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    const latestMs = this.#ms + 6 * 3_600_000;
    while (await this.#stillGoing(() => ended)) {
      if (!this.#step(latestMs)) throw new Error('nothing is going to happen any more');
    }
    return work;
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#ms + ms;
    while (await this.#stillGoing(() => false)) if (!this.#step(endMs)) break;
    this.#ms = endMs;
  }

  async #stillGoing(ended: () => boolean): Promise<boolean> {
    do {
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    } while (stretching.size > 0);
    return !ended();
  }

  #step(latestMs: number): boolean {
    const [next] = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs);
    if (next === undefined || next.dueMs > latestMs) return false;
    this.#timers.delete(next);
    this.#ms = next.dueMs;
    next.run();
    return true;
  }
}

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
      onProgress: (progress) => this.progress.push(progress),
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
