import { CodedError } from '../../../electron/contract/errors.ts';
import { ConsoleReceiver, encodeConsoleFrame, type PacketChannel } from '../../smp/index.ts';
import { type Clock, systemClock, withLimit } from '../clock.ts';
import { Listeners } from '../listeners.ts';
import { openSerialLine, type SerialLine } from './line.ts';

/** Text that a device printed between frames. */
export interface ConsoleText {
  readonly at: number;
  readonly text: string;
}

/** A channel over a serial port, with what the device printed on it. */
export interface SerialChannel extends PacketChannel {
  readonly transport: 'usb';
  /** The last {@link MAX_CONSOLE_TEXTS} pieces of text, oldest first; each at most 256 bytes long. */
  consoleText(): readonly ConsoleText[];
}

/** How many pieces of console text a channel keeps for diagnostics. */
export const MAX_CONSOLE_TEXTS = 200;
/** Largest packet accepted before the device has told its `buf_size` (A7): generous, and bounded. */
const FIRST_MAX_PACKET_BYTES = 4_096;
/** A full packet takes a quarter of a second on the line; a device that stands still this long is stuck. */
const WRITE_LIMIT_MS = 5_000;

/**
 * Opens a serial port as a channel for SMP packets (A4, A5, A11).
 * @throws CodedError `serial.no_such_port`, `serial.permission_denied`, `serial.port_busy`, `serial.port_stuck`;
 *   the signal's reason when aborted
 */
export async function openSerialChannel(
  path: string,
  options: { signal?: AbortSignal | undefined; clock?: Clock } = {},
): Promise<SerialChannel> {
  const line = await openSerialLine(path, options);
  return createSerialChannel(path, line, options.clock ?? systemClock);
}

/** The channel over a line that is open; owns the line from here on. */
export function createSerialChannel(path: string, line: SerialLine, clock: Clock): SerialChannel {
  const packets = new Listeners<Uint8Array>();
  const closes = new Listeners<CodedError>();
  const texts: ConsoleText[] = [];
  const receiver = new ConsoleReceiver({
    maxPacketBytes: FIRST_MAX_PACKET_BYTES,
    now: () => clock.ticks(),
    onPacket: (packet) => packets.emit(packet),
    onText: (text) => {
      textPieces += 1;
      texts.push({ at: clock.now(), text });
      if (texts.length > MAX_CONSOLE_TEXTS) texts.shift();
    },
  });
  let textPieces = 0;
  let end: CodedError | 'closed' | null = null;
  let lastWrite: Promise<void> = Promise.resolve();

  const fail = (problem: CodedError) => {
    if (end !== null) return;
    end = problem;
    void line.close();
    closes.emit(problem);
  };
  const gone = (cause?: unknown) => new CodedError('serial.port_gone', { path }, { cause });
  const write = async (frame: Uint8Array) => {
    if (end !== null) throw end === 'closed' ? gone() : end;
    try {
      const onTimeout = () => new CodedError('serial.port_stuck', { path });
      await withLimit(line.write(frame), { clock, limitMs: WRITE_LIMIT_MS, onTimeout });
    } catch (error) {
      const problem = error instanceof CodedError ? error : gone(error);
      fail(problem);
      throw problem;
    }
  };

  line.onGone(() => fail(gone()));
  line.onData((bytes) => {
    if (end === null) receiver.push(bytes);
  });
  return {
    transport: 'usb',
    label: path,
    send: (packet) => {
      const writing = lastWrite.then(() => write(encodeConsoleFrame(packet)));
      lastWrite = writing.catch(() => {});
      return writing;
    },
    onPacket: (listener) => packets.add(listener),
    onClose: (listener) => closes.add(listener),
    setMaxPacketBytes: (bytes) => {
      receiver.maxPacketBytes = bytes;
    },
    close: async () => {
      end ??= 'closed';
      await line.close();
    },
    get closed() {
      return end !== null;
    },
    discarded: () =>
      textPieces === 0 ? { ...receiver.counters } : { ...receiver.counters, text: textPieces },
    consoleText: () => [...texts],
  };
}
