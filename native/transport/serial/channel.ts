import { CodedError } from '../../../electron/contract/errors.ts';
import { ConsoleReceiver, encodeConsoleFrame, type PacketChannel } from '../../smp/index.ts';
import { type Clock, systemClock } from '../clock.ts';
import { createPacketChannel } from '../packet-channel.ts';
import { openSerialLine, type SerialLine } from './line.ts';

/** Text that a device printed between frames. */
export interface ConsoleText {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** A channel over a serial port, with what the device printed on it. */
export interface SerialChannel extends PacketChannel {
  /** The last {@link MAX_CONSOLE_TEXTS} pieces of text, oldest first; each at most 256 bytes long. */
  consoleText(): readonly ConsoleText[];
}

/** How many pieces of console text a channel keeps for diagnostics. */
export const MAX_CONSOLE_TEXTS = 200;

/**
 * Opens a serial port as a channel for SMP packets (A4, A5, A11). Its `discarded()` counts the pieces of
 * text under `text`.
 * @throws CodedError `serial.no_such_port`, `serial.permission_denied`, `serial.port_busy`, `serial.port_stuck`;
 *   `abortError` of an aborted signal
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
  const texts: ConsoleText[] = [];
  let textPieces = 0;
  const onText = (text: string) => {
    textPieces += 1;
    texts.push({ at: clock.now(), text });
    if (texts.length > MAX_CONSOLE_TEXTS) texts.shift();
  };
  const gone = (cause?: unknown) => new CodedError('serial.port_gone', { path }, { cause });
  const { channel, receive, fail } = createPacketChannel(
    {
      transport: 'usb',
      label: path,
      clock,
      write: (packet) => line.write(encodeConsoleFrame(packet)),
      close: () => line.close(),
      gone,
      stuck: () => new CodedError('serial.port_stuck', { path }),
    },
    (options) => new ConsoleReceiver({ ...options, onText }),
  );
  line.onGone(() => fail(gone()));
  line.onData(receive);
  const { discarded } = channel;
  return Object.assign(channel, {
    discarded: () => (textPieces === 0 ? discarded() : { ...discarded(), text: textPieces }),
    consoleText: () => [...texts],
  });
}
