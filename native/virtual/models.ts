import { createHash } from 'node:crypto';

/** What a device is, on the wire (A16). */
export const Kind = { iq: 1, repeater: 2, lock: 3 } as const;

export type KindName = keyof typeof Kind;
export type Radio = 'blue_net' | 'rf_net';
export type Model = 'IQ2' | 'IQ3' | 'IQ3 Mini' | 'repeater' | 'cylinder' | 'escutcheon' | 'wall_reader';
export type Capability = 'eth' | 'wifi' | 'cell' | 'poe' | 'ble' | 'pin' | 'motor' | 'handle' | 'tag';

/** What is asked for when a virtual device is made; what is absent is made up from the rest. */
export interface DevicePlan {
  readonly kind: KindName;
  readonly model?: Model;
  /** `HH.HH.HH`, or the 14 characters of a BLUEnet lock id (A16). */
  readonly mac: string;
  /** 1 to 32 printable ASCII characters. */
  readonly serial?: string;
  readonly activationCode?: string;
  /** Of repeaters and locks; `blue_net` where nothing is said. */
  readonly radio?: Radio;
  /** A lock with a keypad. */
  readonly pin?: boolean;
  /** An IQ2 of the variant with a modem in place of Wi-Fi. */
  readonly mobile?: boolean;
  /** Largest SMP packet in bytes with header, where it is not the usual one (A7). */
  readonly bufferBytes?: number;
}

/** What a device is from the factory on, and for life. */
export interface DeviceDescription {
  readonly kind: KindName;
  readonly model: Model;
  readonly mac: string;
  readonly serial: string;
  readonly activationCode: string;
  readonly radio: Radio | undefined;
  readonly capabilities: readonly Capability[];
  readonly hardware: string;
  readonly firmware: string;
  /** Largest SMP packet either way, in bytes with header, and requests unanswered at once (A7). */
  readonly bufferBytes: number;
  readonly bufferCount: number;
  /** Salt and rounds of the pairing, fixed for the device (A24). */
  readonly salt: Uint8Array;
  readonly rounds: number;
}

const HUB_CAPABILITIES: Readonly<Record<string, readonly Capability[]>> = {
  IQ2: ['eth', 'poe', 'wifi', 'ble'],
  IQ3: ['eth', 'wifi', 'ble'],
  'IQ3 Mini': ['wifi', 'ble'],
};
const LOCK_CAPABILITIES: Readonly<Record<string, readonly Capability[]>> = {
  cylinder: ['motor', 'tag'],
  escutcheon: ['motor', 'handle', 'tag'],
  wall_reader: ['tag'],
};
const DEFAULT_MODEL = { iq: 'IQ3', repeater: 'repeater', lock: 'escutcheon' } as const;
const MAC = /^[0-9A-F]{2}\.[0-9A-F]{2}\.[0-9A-F]{2}$|^[0-9A-F]{14}$/;
const SERIAL = /^[\x20-\x7e]{1,32}$/;

/** A whole description from a plan. @throws RangeError for a plan that no device can have: a bug of the caller. */
export function describeDevice(plan: DevicePlan): DeviceDescription {
  const model = plan.model ?? DEFAULT_MODEL[plan.kind];
  if (!MAC.test(plan.mac)) throw new RangeError(`${plan.mac} is no id of a device`);
  const radio = plan.kind === 'iq' ? undefined : (plan.radio ?? 'blue_net');
  const serial = plan.serial ?? defaultSerial(plan.kind, model, plan.mac);
  if (!SERIAL.test(serial)) throw new RangeError(`${serial} is no serial`);
  return {
    kind: plan.kind,
    model,
    mac: plan.mac,
    serial,
    activationCode: plan.activationCode ?? defaultActivationCode(plan, serial),
    radio,
    capabilities: capabilitiesOf(plan, model, radio),
    hardware: '1',
    firmware: '1.0.0',
    bufferBytes: plan.bufferBytes ?? (plan.kind === 'iq' ? 2048 : 1024),
    bufferCount: plan.kind === 'iq' ? 4 : 2,
    salt: digest(`salt of ${serial}`).subarray(0, 16),
    rounds: 1_000,
  };
}

/** The id of A15: the bytes of a mac, left-padded with zeros to 7. */
export function advertisedId(mac: string): Uint8Array {
  const id = new Uint8Array(7);
  const bytes = Buffer.from(mac.replaceAll('.', ''), 'hex');
  id.set(bytes, id.length - bytes.length);
  return id;
}

function capabilitiesOf(plan: DevicePlan, model: Model, radio: Radio | undefined): readonly Capability[] {
  const wireless: readonly Capability[] = radio === 'blue_net' ? ['ble'] : [];
  if (plan.kind === 'repeater') {
    if (model !== 'repeater') throw new RangeError(`${model} is no repeater`);
    return wireless;
  }
  const own = plan.kind === 'iq' ? HUB_CAPABILITIES[model] : LOCK_CAPABILITIES[model];
  if (own === undefined) throw new RangeError(`${model} is no ${plan.kind}`);
  if (plan.kind === 'iq') {
    return plan.mobile === true
      ? own.map((capability) => (capability === 'wifi' ? 'cell' : capability))
      : own;
  }
  return [...wireless, ...own, ...(plan.pin === true ? (['pin'] as const) : [])];
}

function defaultSerial(kind: KindName, model: Model, mac: string): string {
  const prefix = { iq: model.replaceAll(' ', ''), repeater: 'RP', lock: 'LK' }[kind];
  return `${prefix}-${mac.replaceAll('.', '')}`;
}

/** A BLUEnet lock's id is its code; any other code stands on a label, is no mac, and stays the same for a serial. */
function defaultActivationCode(plan: DevicePlan, serial: string): string {
  if (plan.mac.length === 14) return plan.mac;
  const bytes = [...digest(`activation code of ${serial}`).subarray(0, 3)];
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('.');
}

function digest(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}
