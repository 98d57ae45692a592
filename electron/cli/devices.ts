import { Device } from '../../native/devices/index.ts';
import {
  createDeviceFinder,
  createNoblePort,
  type FinderSnapshot,
  type FoundDevice,
  identityOf,
  parseAdvertisement,
  systemClock,
} from '../../native/transport/index.ts';
import knownUsb from '../../resources/usb-devices.json' with { type: 'json' };
import { printable } from './device/run.ts';
import { speaksSmp } from './device/way.ts';
import { onInterrupt } from './interrupt.ts';
import { exitCodes, messageOf, print } from './output.ts';

/** How long it looks by default, in seconds: a device advertises once a second, and may be missed a few times. */
export const LOOK_SECONDS = 5;

/** A stranger's board: it speaks SMP over Bluetooth, and is none of ours. */
interface Stranger {
  readonly place: string;
  readonly rssi: number | null;
}

/** `doorstep devices`: what the cable and the radio show. Speaks to known USB ids alone. */
export async function devicesCommand(options: { seconds: number; json?: boolean }): Promise<number> {
  const ble = createNoblePort();
  const strangers = new Map<string, Stranger>();
  ble.onAdvertisement((heard) => {
    if (!speaksSmp(heard) || parseAdvertisement(heard.serviceUuids, heard.manufacturerData) !== null) return;
    strangers.set(heard.peripheralId, { place: heard.peripheralId, rssi: heard.rssi });
  });
  const finder = createDeviceFinder({
    knownUsb,
    ble,
    identify: async (channel) => identityOf((await Device.open(channel, { clock: systemClock })).identity),
  });
  finder.start();
  await lookFor(options.seconds);
  const snapshot = finder.snapshot();
  const { devices, bluetooth, bluetoothProblem, usb } = snapshot;
  await finder.stop();
  const seen = new Set(devices.map(({ place }) => place));
  const result = {
    bluetooth,
    bluetoothProblem,
    devices: devices.map((device) => ({
      ...device,
      problem: device.problem && { ...device.problem, message: messageOf(device.problem) },
    })),
    strangers: [...strangers.values()],
    otherPorts: usb.ports.filter(({ path }) => !seen.has(path)).map(({ path }) => path),
  };
  const lines = [
    ...devices.map(deviceLine),
    ...result.strangers.map(({ place, rssi }) =>
      line('bluetooth', place, 'speaks SMP, none of ours', signal(rssi)),
    ),
    ...result.otherPorts.map((path) => line('usb', path, 'a port, not spoken to: name it with --port')),
    `${devices.length} devices. ${radioLine(snapshot)}`,
  ];
  print(options.json, result, lines.map(printable));
  return exitCodes.done;
}

/** Ends early, with what is known by then, where the person has seen enough. */
function lookFor(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    onInterrupt(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function deviceLine(device: FoundDevice): string {
  const { transport, place, kind, mac, model, state, rssi, problem } = device;
  const what = problem === null ? [kind, mac, model, state, signal(rssi)] : [messageOf(problem)];
  return line(transport, place, ...what);
}

function line(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('   ');
}

function signal(rssi: number | null): string | null {
  return rssi === null ? null : `${rssi} dBm`;
}

function radioLine({ bluetooth, bluetoothProblem }: FinderSnapshot): string {
  if (bluetoothProblem !== null) return messageOf(bluetoothProblem);
  return bluetooth === 'on' ? 'Bluetooth is on.' : 'Bluetooth has not answered yet.';
}
