import { CodedError } from '../../../electron/contract/errors.ts';
import { abortError } from '../../smp/clock.ts';
import { type Clock, systemClock, withLimit } from '../clock.ts';
import { Listeners } from '../listeners.ts';
import { holderOf } from './linux-ports.ts';
import { explainOpenFailure } from './open-failure.ts';
import { portPath } from './port-path.ts';
import { portProblem } from './port-problem.ts';

/** An open serial port: bytes in, bytes out, and the news that it is gone. */
export interface SerialLine {
  /** Bytes as they come. Reading begins with the first listener. Returns the removal. */
  onData(listener: (bytes: Uint8Array) => void): () => void;
  /** Told once, when the port went away without `close()`. Returns the removal. */
  onGone(listener: () => void): () => void;
  /** Resolves when the bytes have left the system's buffer; rejects when the port does not take them. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A port that the system lists. */
export interface ListedPort {
  readonly path: string;
  /** Four lower-case hex digits, or null where the port is not on USB. */
  readonly vendorId: string | null;
  readonly productId: string | null;
  /** The USB serial number: tells one plugged thing from the next, never a device's identity. */
  readonly serialNumber: string | null;
  /** What the system or the maker calls it, for a person who looks for it. */
  readonly name: string | null;
}

const BAUD_RATE = 115_200;
/** Some drivers (Bluetooth ports of Windows) let an open wait for a partner that never comes. */
const OPEN_LIMIT_MS = 5_000;
/** Closing may wait for bytes that nobody takes. */
const CLOSE_LIMIT_MS = 2_000;
/** How often a quiet port is asked whether it is still there. */
const PROBE_EVERY_MS = 500;

/** A maker may call a port anything. */
const MAX_NAME_LENGTH = 100;

/** The serial ports of this computer; pseudo-terminals are in no list. */
export async function listSerialPorts(): Promise<ListedPort[]> {
  const { SerialPort } = await import('serialport');
  const ports = await SerialPort.list();
  return ports.map((port) => ({
    path: portPath(port.path, process.platform),
    vendorId: port.vendorId?.toLowerCase() ?? null,
    productId: port.productId?.toLowerCase() ?? null,
    serialNumber: port.serialNumber ?? null,
    name: nameOf(port),
  }));
}

/** Windows has a whole name for a port; elsewhere its maker's has to do. Some drivers give an empty one. */
function nameOf(port: { readonly manufacturer?: string; readonly friendlyName?: string }): string | null {
  const name = (port.friendlyName ?? port.manufacturer ?? '').trim().slice(0, MAX_NAME_LENGTH);
  return name === '' ? null : name;
}

type SerialPort = import('serialport').SerialPort;

/**
 * Opens a port: 115200 8N1, locked, no flow control, DTR on (A11).
 * @throws CodedError `serial.no_such_port`, `serial.permission_denied`, `serial.port_busy`, `serial.port_stuck`
 */
export async function openSerialLine(
  path: string,
  options: { signal?: AbortSignal | undefined; clock?: Clock } = {},
): Promise<SerialLine> {
  const { signal, clock = systemClock } = options;
  const { SerialPort } = await import('serialport');
  if (signal?.aborted) throw abortError(signal);
  await refuseIfHeld(path);
  const port = new SerialPort({
    path: portPath(path, process.platform),
    baudRate: BAUD_RATE,
    dataBits: 8,
    parity: 'none',
    stopBits: 1,
    lock: true,
    // Closing must not drop DTR, which resets some boards; see docs/decisions/0006.
    hupcl: false,
    autoOpen: false,
  });
  // Every call below has a callback of its own; without a listener a stray error would end the process.
  port.on('error', () => {});
  await openWithin(port, path, signal, clock);
  await raiseDtr(port);
  return lineOf(port, clock);
}

/**
 * Linux lets two programs open one port, and each then gets a part of the answers: the lock keeps only those out
 * that ask for it. So nobody is disturbed, and the program can be named.
 */
async function refuseIfHeld(path: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const holder = await holderOf(path);
  if (holder !== null) throw portProblem('serial.port_busy', path, { circumstances: { holder } });
}

async function openWithin(
  port: SerialPort,
  path: string,
  signal: AbortSignal | undefined,
  clock: Clock,
): Promise<void> {
  const opening = called((done) => port.open(done));
  try {
    const onTimeout = () => new CodedError('serial.port_stuck', { path });
    await withLimit(opening, { clock, limitMs: OPEN_LIMIT_MS, signal, onTimeout });
  } catch (error) {
    // An opening that comes too late is closed again.
    opening.then(() => port.close(() => {})).catch(() => {});
    if (error instanceof CodedError) throw error;
    throw await explainOpenFailure(path, process.platform, error);
  }
}

/** DTR tells the device that somebody is there; a pseudo-terminal has none and refuses (A11). */
async function raiseDtr(port: SerialPort): Promise<void> {
  await called((done) => port.set({ dtr: true, rts: true }, done)).catch(() => {});
}

function lineOf(port: SerialPort, clock: Clock): SerialLine {
  const gone = new Listeners<void>();
  let over = false;
  let cancelProbe = () => {};
  const end = () => {
    const first = !over;
    over = true;
    cancelProbe();
    return first;
  };
  const lose = () => {
    if (!end()) return;
    if (port.isOpen) port.close(() => {});
    gone.emit();
  };
  // The driver does not always notice a hang-up: reads of a hung-up terminal give nothing, again and again.
  const probe = () => {
    port.port?.getBaudRate().then(() => {
      if (!over) cancelProbe = clock.setTimer(probe, PROBE_EVERY_MS);
    }, lose);
  };
  cancelProbe = clock.setTimer(probe, PROBE_EVERY_MS);
  port.once('close', lose);
  return {
    onData: (listener) => {
      port.on('data', listener);
      return () => port.off('data', listener);
    },
    onGone: (listener) => gone.add(listener),
    write: async (bytes) => {
      await called((done) => port.write(bytes, done));
      await called((done) => port.drain(done));
    },
    close: async () => {
      end();
      if (!port.isOpen) return;
      const closing = called((done) => port.close(done));
      const onTimeout = () => new CodedError('serial.port_stuck', { path: port.path });
      await withLimit(closing, { clock, limitMs: CLOSE_LIMIT_MS, onTimeout }).catch(() => {});
    },
  };
}

/** A call with a Node callback as a promise. */
function called(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}
