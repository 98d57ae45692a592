import type { Clock, PacketChannel } from '../../../native/smp/index.ts';
import {
  type BlePort,
  createNoblePort,
  type HeardAdvertisement,
  openBleChannel,
  openSerialChannel,
  parseAdvertisement,
  SMP_SERVICE_UUID,
  systemClock,
} from '../../../native/transport/index.ts';
import { CodedError } from '../../contract/errors.ts';

/** How the command line names one device. */
export interface WayOptions {
  readonly port?: string;
  readonly ble?: string;
}

/** A device advertises once a second, and may be missed a few times. */
const HEAR_LIMIT_MS = 15_000;
/** An adapter that is being started says that it is off, or is not seen at all: only after this is it believed. */
const STARTING_MS = 3_000;

/** Opens the way to the device that was named. Closing the channel lets go of the laptop's Bluetooth, too. */
export function openWay(options: WayOptions, signal: AbortSignal): Promise<PacketChannel> {
  if (options.port !== undefined) return openSerialChannel(options.port, { signal });
  return openOverBluetooth(options.ble ?? '', createNoblePort(), signal, systemClock);
}

/**
 * Scans until the device is heard, and connects. `id` is a MAC or lock id as the app shows it, or, for a
 * stranger's board, what `doorstep devices` gives as its place.
 * @throws CodedError `ble.*`
 */
export async function openOverBluetooth(
  id: string,
  port: BlePort,
  signal: AbortSignal,
  clock: Clock,
): Promise<PacketChannel> {
  try {
    const peripheralId = await hear(id, port, signal, clock);
    const channel = await openBleChannel(await port.connect(peripheralId, id, signal), id, { signal, clock });
    const close = channel.close.bind(channel);
    return Object.assign(channel, {
      close: async () => {
        await close();
        await port.close();
      },
    });
  } catch (caught) {
    await port.close();
    throw caught;
  }
}

/** Whether somebody who advertises speaks SMP, ours or not. */
export function speaksSmp({ serviceUuids }: HeardAdvertisement): boolean {
  return serviceUuids.includes(SMP_SERVICE_UUID);
}

function isCalled(id: string, heard: HeardAdvertisement): boolean {
  const ours = parseAdvertisement(heard.serviceUuids, heard.manufacturerData);
  if (ours?.known && ours.mac === id.toUpperCase()) return true;
  return speaksSmp(heard) && heard.peripheralId.toLowerCase() === id.toLowerCase();
}

function hear(id: string, port: BlePort, signal: AbortSignal, clock: Clock): Promise<string> {
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    const settle = (finish: () => void) => {
      for (const stop of stops.splice(0)) stop();
      finish();
    };
    const believe = () => {
      const problem = port.adapterProblem;
      if (problem !== null) settle(() => reject(new CodedError(problem.code, problem.params)));
    };
    let waits = false;
    const judge = () => {
      if (port.adapterState === 'forbidden') return believe();
      if (port.adapterProblem === null || waits) return;
      waits = true;
      stops.push(
        clock.setTimer(() => {
          waits = false;
          believe();
        }, STARTING_MS),
      );
    };
    const abort = () => settle(() => reject(new CodedError('commission.cancelled')));
    signal.addEventListener('abort', abort);
    stops.push(
      () => signal.removeEventListener('abort', abort),
      clock.setTimer(
        () => settle(() => reject(new CodedError('ble.unreachable', { device: id }))),
        HEAR_LIMIT_MS,
      ),
      port.onAdapterState(judge),
      port.onAdvertisement((heard) => {
        if (isCalled(id, heard)) settle(() => resolve(heard.peripheralId));
      }),
    );
    port.startScan();
    judge();
  });
}
