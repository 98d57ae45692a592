import * as z from 'zod';
import { normalizeActivationCode } from '../../native/pairing/index.ts';
import {
  ConsoleEnd,
  type DeviceOptions,
  faultSchema,
  flashFile,
  PseudoTerminal,
  RadioField,
  systemEnvironment,
  VirtualDevice,
} from '../../native/virtual/index.ts';
import { type BluetoothPeripheral, startPeripheral } from './bluetooth-peripheral.ts';
import { type AskedDevice, UsageError } from './virtual-device-arguments.ts';

const mac = z.string().optional();

/** What a control line may say. `mac` names the device where there are several. */
const controlSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('card'), mac }),
  z.object({ do: z.literal('button'), mac }),
  z.object({ do: z.literal('reset_button'), mac }),
  z.object({ do: z.literal('restart'), mac }),
  z.object({ do: z.literal('power'), mac, on: z.boolean() }),
  z.object({ do: z.literal('unplug'), mac }),
  z.object({ do: z.literal('plug'), mac }),
  z.object({ do: z.literal('hang_up'), mac }),
  z.object({ do: z.literal('touch'), mac, what: z.enum(['handle', 'tag']) }),
  z.object({ do: z.literal('place'), mac, x: z.number(), y: z.number() }),
  z.object({ do: z.literal('fault'), mac, set: faultSchema.optional(), clear: z.string().optional() }),
  z.object({ do: z.literal('stats'), mac }),
  z.object({ do: z.literal('quit') }),
]);

export type Control = z.infer<typeof controlSchema>;
type Reply = Readonly<Record<string, unknown>>;

/** A device and the serial port it may have. */
interface Station {
  readonly device: VirtualDevice;
  readonly console: ConsoleEnd | undefined;
  readonly terminalPath: string | undefined;
  peripheral: BluetoothPeripheral | undefined;
  terminal: PseudoTerminal | undefined;
}

/** Parses one control line. @throws z.ZodError or SyntaxError */
export function parseControl(line: string): Control {
  return controlSchema.parse(JSON.parse(line));
}

/** The devices of one process, in one radio field, each with its serial port. */
export class VirtualBench {
  readonly #field = new RadioField();
  readonly #stations: Station[] = [];

  /** Makes a device and plugs it in. @throws UsageError, CodedError */
  async add(asked: AskedDevice): Promise<Reply> {
    const device = this.#make(asked);
    const { terminalPath } = asked;
    const console =
      terminalPath === undefined
        ? undefined
        : new ConsoleEnd(device, {
            clock: systemEnvironment.clock,
            seesHangUp: true,
            write: (bytes) => station.terminal?.write(bytes),
          });
    const station: Station = { device, console, terminalPath, peripheral: undefined, terminal: undefined };
    this.#stations.push(station);
    await plug(station);
    if (asked.bluetooth !== undefined) {
      station.peripheral = await startPeripheral(device, asked.bluetooth.adapter);
    }
    const { kind, serial, activationCode, mac: id, model, radio } = device.description;
    return { kind, path: terminalPath ?? null, serial, activationCode, mac: id, model, radio };
  }

  /** Obeys one control and says what came of it. */
  async obey(control: Control): Promise<Reply> {
    if (control.do === 'quit') return {};
    const station = this.#station(control.mac);
    const { device } = station;
    switch (control.do) {
      case 'card':
        return { online: device.presentCard() };
      case 'button':
        device.pressButton();
        return { state: device.state };
      case 'reset_button':
        device.pressReset();
        return {};
      case 'restart':
        device.restart();
        return {};
      case 'power':
        if (control.on) device.powerOn();
        else device.powerOff();
        return {};
      case 'unplug':
        await unplug(station);
        return {};
      case 'plug':
        await plug(station);
        return { path: station.terminalPath ?? null };
      case 'hang_up':
        station.peripheral?.hangUp();
        return {};
      case 'touch':
        return { waited: device.touch(control.what) };
      case 'place':
        this.#field.place(device.description.mac, { x: control.x, y: control.y });
        return {};
      case 'fault':
        return setFault(device, control);
      case 'stats':
        return statsOf(station);
    }
  }

  /** Takes every port away. */
  async close(): Promise<void> {
    for (const station of this.#stations) {
      await unplug(station);
      station.peripheral?.stop();
      station.device.powerOff();
    }
  }

  #make({ plan, flashPath, helpfulHand }: AskedDevice): VirtualDevice {
    if (this.#stations.some(({ device }) => device.description.mac === plan.mac)) {
      throw new UsageError(`${plan.mac} stands twice`);
    }
    const options: DeviceOptions = {
      field: this.#field,
      ...(flashPath !== undefined && { flashStore: flashFile(flashPath) }),
      ...(helpfulHand && { hand: { kind: 'helps', delayMs: 300 } }),
    };
    try {
      const device = new VirtualDevice(plan, options);
      normalizeActivationCode(device.description.activationCode);
      return device;
    } catch (error) {
      throw error instanceof RangeError ? new UsageError(error.message) : error;
    }
  }

  #station(id: string | undefined): Station {
    const found =
      id === undefined && this.#stations.length === 1
        ? this.#stations[0]
        : this.#stations.find(({ device }) => device.description.mac === id);
    if (found === undefined) throw new UsageError(`${id ?? 'nobody'} is no device here`);
    return found;
  }
}

async function plug(station: Station): Promise<void> {
  const { console, terminalPath } = station;
  if (console === undefined || terminalPath === undefined || station.terminal !== undefined) return;
  station.terminal = await PseudoTerminal.open(terminalPath, {
    onData: (bytes) => console.push(bytes),
    onHangUp: () => console.hangUp(),
    onGone: () => {
      console.hangUp();
      station.terminal = undefined;
    },
  });
}

async function unplug(station: Station): Promise<void> {
  station.console?.hangUp();
  const { terminal } = station;
  station.terminal = undefined;
  await terminal?.close();
}

function setFault(device: VirtualDevice, { set, clear }: Extract<Control, { do: 'fault' }>): Reply {
  const kinds = faultSchema.options.map(({ shape }) => shape.kind.value);
  const kind = kinds.find((candidate) => candidate === clear);
  if (clear === 'all') device.faults.clear();
  else if (clear !== undefined && kind === undefined) throw new UsageError(`${clear} is no fault`);
  else if (kind !== undefined) device.faults.clear(kind);
  if (set !== undefined) device.faults.set(set);
  return {};
}

function statsOf({ device, console }: Station): Reply {
  return {
    writes: device.writes,
    state: device.state,
    flash: device.flashReport,
    dropped: device.droppedPackets,
    discarded: console?.discarded ?? {},
  };
}
