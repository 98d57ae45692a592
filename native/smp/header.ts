/** Operations of SMP. Only the app sends requests, only the device sends responses (A3). */
export const Op = { read: 0, readResponse: 1, write: 2, writeResponse: 3 } as const;

/** Values of the raw `ver` field: the version less one (A1). 2 and 3 are reserved. */
export const Version = { one: 0, two: 1 } as const;

/** Groups that Doorstep speaks to. */
export const Group = { os: 0, image: 1, commissioning: 64 } as const;

/** Commands of the OS group (0). */
export const OsCommand = { echo: 0, dateTime: 4, reset: 5, parameters: 6, applicationInfo: 7 } as const;

/** Commands of the image group (1). */
export const ImageCommand = { state: 0, upload: 1, erase: 5 } as const;

/** Commands of the commissioning group (64). */
export const CommissioningCommand = {
  identity: 0,
  pair: 1,
  sealed: 2,
  failsafe: 3,
  network: 4,
  scan: 5,
  reach: 6,
  identify: 7,
  clock: 8,
  tree: 9,
  attach: 10,
  join: 11,
  detach: 12,
  settings: 13,
  test: 14,
  health: 15,
  log: 16,
  factory: 17,
} as const;

/** Generic error numbers, MCUmgr's own (A18). */
export const SmpError = {
  ok: 0,
  unknown: 1,
  memory: 2,
  invalid: 3,
  noEntry: 5,
  badState: 6,
  size: 7,
  notSupported: 8,
  busy: 10,
  accessDenied: 11,
  version: 13,
} as const;

/** Error numbers of group 64 (A19). */
export const CommissioningError = {
  pairClosed: 1,
  pairWrong: 2,
  pairShare: 3,
  pairOrder: 4,
  noSession: 5,
  failsafeNeeded: 6,
  failsafeIdle: 7,
  revStale: 8,
  treeRule: 9,
  idUnknown: 10,
  ticketBad: 11,
  value: 12,
  radio: 13,
} as const;

/** Error numbers of the image group (1), MCUmgr's own, as far as they mean something to a person. */
export const ImageError = {
  noImage: 3,
  hashNotFound: 8,
  noFreeSlot: 9,
  invalidHeader: 22,
  invalidMagic: 23,
  invalidHash: 24,
  invalidAddress: 25,
  currentIsNewer: 27,
  alreadyPending: 28,
  invalidVectorTable: 29,
  tooLarge: 30,
} as const;

/** Length of the header in front of every packet, in bytes. */
export const HEADER_BYTES = 8;

/** Largest data that the 16-bit length can announce, in bytes. */
export const MAX_DATA_BYTES = 0xffff;

/** The header of an SMP packet. */
export interface SmpHeader {
  /** One of {@link Op}; other values exist on the wire and are for the receiver to drop (A3). */
  readonly op: number;
  /** The raw `ver` field: version less one (A1). */
  readonly version: number;
  readonly group: number;
  readonly sequence: number;
  readonly command: number;
  /** Bytes of data after the header. */
  readonly length: number;
}

/**
 * One whole SMP packet: header and data. `res` and `flags` are sent as 0 (A2).
 * @throws RangeError if a field does not fit, or the data is over {@link MAX_DATA_BYTES}: a bug of the caller.
 */
export function encodePacket(header: Omit<SmpHeader, 'length'>, data: Uint8Array): Uint8Array {
  assertField('op', header.op, 7);
  assertField('version', header.version, 3);
  assertField('group', header.group, 0xffff);
  assertField('sequence', header.sequence, 0xff);
  assertField('command', header.command, 0xff);
  assertField('data length', data.length, MAX_DATA_BYTES);
  const packet = new Uint8Array(HEADER_BYTES + data.length);
  packet[0] = (header.version << 3) | header.op;
  const view = new DataView(packet.buffer);
  view.setUint16(2, data.length);
  view.setUint16(4, header.group);
  packet[6] = header.sequence;
  packet[7] = header.command;
  packet.set(data, HEADER_BYTES);
  return packet;
}

/**
 * The header of a packet, or undefined where the packet is shorter than a header or not as long as its
 * header says (A3). `res` and `flags` are ignored (A2); op and version are for the caller to judge.
 */
export function decodeHeader(packet: Uint8Array): SmpHeader | undefined {
  if (packet.length < HEADER_BYTES) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const length = view.getUint16(2);
  if (packet.length !== HEADER_BYTES + length) return undefined;
  const first = view.getUint8(0);
  return {
    op: first & 0b111,
    version: (first >> 3) & 0b11,
    length,
    group: view.getUint16(4),
    sequence: view.getUint8(6),
    command: view.getUint8(7),
  };
}

/** The data behind the header of a packet that {@link decodeHeader} accepted; a view, not a copy. */
export function packetData(packet: Uint8Array): Uint8Array {
  return packet.subarray(HEADER_BYTES);
}

function assertField(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`SMP ${name} ${value} is not within 0 to ${max}`);
  }
}
