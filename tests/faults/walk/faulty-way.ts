import { CodedError } from '../../../electron/contract/errors.ts';
import type { PacketChannel } from '../../../native/smp/index.ts';
import { connectInMemory, type VirtualDevice } from '../../../native/virtual/index.ts';
import type { JumpingClock } from '../../support/jumping-clock.ts';

/** How the laptop reaches every device: the very bytes of a console line, or of Bluetooth fragments. */
export type Way = 'serial' | 'bluetooth';
/** Of one exchange with a device: its request leaves the laptop, or its answer reaches it. */
export type Moment = 'sent' | 'answered';

/** Told of each packet before it goes on; false loses it. */
export type Tap = (device: VirtualDevice, moment: Moment) => boolean;

interface Line {
  readonly device: VirtualDevice;
  readonly inner: PacketChannel;
  /** Ends the line as a pulled cable or a lost radio link does. */
  cut(): void;
}

/** So long a pulled cable stays out, in milliseconds. */
const UNPLUGGED_MS = 3_000;
const NEVER = new Promise<never>(() => {});

/** The lines between one laptop and the devices, and all that can happen to them. */
export class FaultyWays {
  tap: Tap = () => true;
  readonly way: Way;
  readonly #clock: JumpingClock;
  readonly #lines = new Set<Line>();
  readonly #deaf = new Set<VirtualDevice>();
  readonly #unplugged = new Map<VirtualDevice, number>();

  constructor(way: Way, clock: JumpingClock) {
    this.way = way;
    this.#clock = clock;
  }

  /** Whether the laptop can see the device now. */
  isThere(device: VirtualDevice): boolean {
    const backAtMs = this.#unplugged.get(device) ?? 0;
    return this.way === 'serial' ? device.powered && this.#clock.now() >= backAtMs : device.advertises;
  }

  /** A line for the laptop of now; it dies with that laptop, without a word. */
  connect(device: VirtualDevice, isDead: () => boolean): PacketChannel {
    if (!this.isThere(device)) throw this.#lost(device);
    const transport = this.way === 'serial' ? 'usb' : 'bluetooth';
    const inner = connectInMemory(device, transport, this.#clock);
    const packets = new Set<(packet: Uint8Array) => void>();
    const closes = new Set<(problem: CodedError) => void>();
    const ended = (problem: CodedError) => {
      this.#lines.delete(line);
      if (!isDead()) for (const listener of [...closes]) listener(problem);
    };
    const line: Line = {
      device,
      inner,
      cut: () => {
        void inner.close();
        ended(this.#lost(device));
      },
    };
    this.#lines.add(line);
    inner.onClose(ended);
    inner.onPacket((packet) => {
      if (isDead() || this.#deaf.has(device) || !this.tap(device, 'answered')) return;
      for (const listener of [...packets]) listener(packet);
    });
    return {
      ...inner,
      get closed() {
        return inner.closed;
      },
      send: async (packet) => {
        if (isDead()) return NEVER;
        if (inner.closed) throw this.#lost(device);
        if (this.#deaf.has(device) || !this.tap(device, 'sent')) return isDead() ? NEVER : undefined;
        return inner.send(packet);
      },
      onPacket: (listener) => {
        packets.add(listener);
        return () => packets.delete(listener);
      },
      onClose: (listener) => {
        closes.add(listener);
        return () => closes.delete(listener);
      },
      close: async () => {
        this.#lines.delete(line);
        await inner.close();
      },
    };
  }

  /** The cable comes out and goes in again, or the radio link breaks. */
  cut(device: VirtualDevice): void {
    if (this.way === 'serial') this.#unplugged.set(device, this.#clock.now() + UNPLUGGED_MS);
    for (const line of [...this.#lines]) if (line.device === device) line.cut();
  }

  /** Nothing reaches the device any more, though its line stays, until {@link hear}. */
  deafen(device: VirtualDevice): void {
    this.#deaf.add(device);
  }

  hear(): void {
    this.#deaf.clear();
  }

  /** The laptop is gone: every device sees its line hang up. */
  hangUp(): void {
    for (const line of [...this.#lines]) void line.inner.close();
    this.#lines.clear();
  }

  #lost(device: VirtualDevice): CodedError {
    const { mac } = device.description;
    return this.way === 'serial'
      ? new CodedError('serial.port_gone', { path: mac })
      : new CodedError('ble.lost', { device: mac });
  }
}
