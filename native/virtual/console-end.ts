import { ConsoleReceiver, encodeConsoleFrame } from '../smp/index.ts';
import type { DeviceConnection, VirtualDevice } from './device.ts';
import type { Clock } from './environment.ts';

/** What stands around a console end. */
export interface ConsoleEndOptions {
  readonly clock: Clock;
  /** Whether {@link ConsoleEnd.hangUp} is called when the app goes (A11). */
  readonly seesHangUp: boolean;
  /** How fast the line is, either way; as fast as the machine where absent. */
  readonly bytesPerSecond?: number;
  /** Takes what the device puts on the line. */
  write(bytes: Uint8Array): void;
  /** Text that came in place of packets; a console without a shell ignores it. */
  onText?(text: string): void;
  /** The device lost its power. */
  onDropped?(): void;
}

const NEWLINE = 0x0a;
/** Behind the marker and the four characters that begin with the length: a wrong one there is a wrong CRC. */
const CHANGED_CHARACTER = 2 + 8;

/** The device's end of a serial line: console framing both ways (A4, A5). */
export class ConsoleEnd {
  readonly #device: VirtualDevice;
  readonly #options: ConsoleEndOptions;
  readonly #receiver: ConsoleReceiver;
  #connection: DeviceConnection | undefined;
  #noiseLines = 0;
  /** The line itself, one each way: bytes come out at its far end when all of them are through. */
  readonly #incoming: (bytes: Uint8Array) => void;
  readonly #outgoing: (bytes: Uint8Array) => void;

  constructor(device: VirtualDevice, options: ConsoleEndOptions) {
    this.#device = device;
    this.#options = options;
    this.#receiver = new ConsoleReceiver({
      maxPacketBytes: device.description.bufferBytes,
      onPacket: (packet) => this.#connected().receive(packet),
      ...(options.onText && { onText: (text: string) => options.onText?.(text) }),
      now: () => options.clock.ticks(),
    });
    this.#incoming = line(options, (bytes) => this.#receiver.push(bytes));
    this.#outgoing = line(options, (bytes) => options.write(bytes));
  }

  /** Packets and lines thrown away on receipt, by reason (A5). */
  get discarded(): Readonly<Record<string, number>> {
    return this.#receiver.counters;
  }

  /** Takes the next bytes from the line, split anyhow. */
  push(bytes: Uint8Array): void {
    this.#incoming(bytes);
  }

  /** The app is gone, or the cable is out: the session ends; the next byte begins another connection. */
  hangUp(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  #connected(): DeviceConnection {
    this.#connection ??= this.#device.connect({
      transport: 'usb',
      seesHangUp: this.#options.seesHangUp,
      deliver: (packet) => this.#send(packet),
      onDropped: () => {
        this.#connection = undefined;
        this.#options.onDropped?.();
      },
    });
    return this.#connection;
  }

  #send(packet: Uint8Array): void {
    const frame = encodeConsoleFrame(packet);
    if (this.#device.faults.take('wrong_crc')) {
      frame[CHANGED_CHARACTER] = frame[CHANGED_CHARACTER] === 0x41 ? 0x42 : 0x41;
    }
    this.#outgoing(this.#device.faults.has('text_noise') ? this.#withNoise(frame) : frame);
  }

  /** Text before a frame, on the marker's own line, and between the frame's lines (A5). */
  #withNoise(frame: Uint8Array): Uint8Array {
    const pieces: Uint8Array[] = [this.#noise('\r\n'), this.#noise(' ')];
    let start = 0;
    for (let at = 0; at < frame.length; at++) {
      if (frame[at] !== NEWLINE) continue;
      pieces.push(frame.subarray(start, at + 1), this.#noise('\n'));
      start = at + 1;
    }
    return Buffer.concat(pieces);
  }

  #noise(end: string): Uint8Array {
    this.#noiseLines += 1;
    return Buffer.from(`[${this.#noiseLines}] <dbg> radio: queue 0 of 8${end}`);
  }
}

/** One direction of a line: gives what was put in when a line of that speed would have carried it. */
function line(
  { clock, bytesPerSecond }: ConsoleEndOptions,
  deliver: (bytes: Uint8Array) => void,
): (bytes: Uint8Array) => void {
  if (bytesPerSecond === undefined) return deliver;
  let freeAtTicks = 0;
  return (bytes) => {
    const began = Math.max(freeAtTicks, clock.ticks());
    freeAtTicks = began + (bytes.length * 1000) / bytesPerSecond;
    clock.setTimer(() => deliver(bytes), freeAtTicks - clock.ticks());
  };
}
