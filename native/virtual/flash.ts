import * as z from 'zod';
import { CodedError } from '../../electron/contract/errors.ts';

const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/);
const attachState = z.enum(['detached', 'attach_pending', 'attached', 'detach_pending']);
const interfaceName = z.enum(['eth', 'wifi', 'cell']);

const networkSchema = z.object({
  eth: z
    .object({
      dhcp: z.boolean(),
      addr: z.string().optional(),
      mask: z.string().optional(),
      gw: z.string().optional(),
      dns: z.array(z.string()).optional(),
    })
    .optional(),
  /** `key` is 802.11's own, derived from password and ssid: the password itself is never kept. */
  wifi: z.object({ ssid: hex, sec: z.enum(['open', 'wpa', 'wpa2']), key: hex.optional() }).optional(),
  cell: z.object({ apn: z.string() }).optional(),
  order: z.array(interfaceName),
});

const settingsSchema = z.object({
  open_s: z.number(),
  audit_d: z.number(),
  eom: z.object({ days: z.array(z.boolean()), from: z.number(), to: z.number() }).optional(),
  mode: z.enum(['standard', 'office']),
});

const membershipSchema = z.object({
  state: attachState,
  /** Made at the first read of `join`, kept until detached or rolled back (A48). */
  secretKey: hex.optional(),
  network: z.object({ net: hex, iq: z.string(), ch: z.number() }).optional(),
  /** Tickets for the present key that are used up: a ticket is good once (A48). */
  usedTickets: z.array(hex),
});

const keptSchema = z.object({
  /** Something was committed since factory state (A16). */
  commissioned: z.boolean(),
  /** Erase at the next start, for the commit of `factory` is kept (A54). */
  factoryStaged: z.boolean(),
  timeZone: z.string(),
  network: networkSchema,
  settings: settingsSchema,
  tree: z.object({
    rev: z.number(),
    items: z.array(z.object({ id: z.string(), parent: z.string().optional(), type: z.number() })),
  }),
  /** What is not `detached`, by id; `key` only where it is attached with a ticket. */
  attachments: z.record(z.string(), z.object({ state: attachState, key: hex.optional() })),
  /** An IQ's own radio network (A48). */
  radio: z.object({ net: hex, ch: z.number() }),
  membership: membershipSchema,
});

/** `file`: SHA-256 of the uploaded file, by which a second upload of it is known. */
const imageSchema = z.object({ version: z.string(), hash: hex, file: hex.optional() });

/** The two firmware slots; content is not kept, for a virtual device runs none (A14). */
const imagesSchema = z.object({
  running: imageSchema,
  other: imageSchema.optional(),
  /** Whether what runs stays after the next restart. */
  confirmed: z.boolean(),
  /** What the next restart does with the other slot. */
  next: z.enum(['none', 'test', 'permanent']),
});

const unkeptSchema = z.object({
  /** Absent as long as the firmware is the factory's. */
  images: imagesSchema.optional(),
  /** An upload that is not through; what has come of it lies in the slot. */
  upload: z.object({ sha: hex, length: z.number(), off: z.number() }).optional(),
  armed: z.boolean(),
  failsafeEnd: z.enum(['none', 'committed', 'rolled_back']),
  /** The highest tree number this device ever gave (A45). */
  highestRev: z.number(),
  /** Device time less the clock handed in, in milliseconds; null before it was ever set (A44). */
  utcOffsetMs: z.number().nullable(),
  log: z.object({
    next: z.number(),
    entries: z.array(z.object({ i: z.number(), t: z.number(), code: z.string() })),
  }),
});

const contentSchema = z.object({ version: z.literal(1), kept: keptSchema, unkept: unkeptSchema });

export type AttachState = z.infer<typeof attachState>;
export type InterfaceName = z.infer<typeof interfaceName>;
export type NetworkState = z.infer<typeof networkSchema>;
export type LockSettings = z.infer<typeof settingsSchema>;
export type Membership = z.infer<typeof membershipSchema>;
export type TreeItem = z.infer<typeof keptSchema>['tree']['items'][number];
export type FailsafeEnd = z.infer<typeof unkeptSchema>['failsafeEnd'];
export type ImageSlots = z.infer<typeof imagesSchema>;
/** What the failsafe covers (A37). */
export type Kept = z.infer<typeof keptSchema>;
/** What it does not cover. */
export type Unkept = z.infer<typeof unkeptSchema>;

/** Where flash lies while its process does not run. */
export interface FlashStore {
  /** What was last saved, or undefined for a device fresh from the factory. */
  load(): string | undefined;
  save(content: string): void;
  /** Where the content of an upload lies; in memory where absent. */
  readonly slot?: SlotStore;
}

/** The flash of the slot that an upload goes to. */
export interface SlotStore {
  read(): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  clear(): void;
}

/**
 * A device's memory: what is committed, and what is staged while the failsafe is armed. Writes act on
 * `kept` at once and reads show it; without the failsafe they are committed at once (A37). What is committed
 * is never touched while armed, so that a power cut in a roll-back loses nothing (A35).
 */
export class Flash {
  /** Where the content of an upload lies. */
  readonly slot: SlotStore;
  readonly #store: FlashStore | undefined;
  readonly #factory: () => Kept;
  #committed: Kept;
  #kept: Kept;
  #unkept: Unkept;

  /** @throws CodedError `virtual.flash_unreadable` where the store holds something else. */
  constructor(factory: () => Kept, store?: FlashStore) {
    this.#store = store;
    this.slot = store?.slot ?? slotInMemory();
    this.#factory = factory;
    const saved = store?.load();
    const content = saved === undefined ? undefined : parseContent(saved);
    this.#committed = content?.kept ?? factory();
    this.#kept = structuredClone(this.#committed);
    this.#unkept = content?.unkept ?? freshUnkept();
  }

  /** What reads show. Change it through {@link change} only. */
  get kept(): Readonly<Kept> {
    return this.#kept;
  }

  /** What is committed; equal to `kept` while the failsafe is idle. */
  get committed(): Readonly<Kept> {
    return this.#committed;
  }

  get unkept(): Readonly<Unkept> {
    return this.#unkept;
  }

  get armed(): boolean {
    return this.#unkept.armed;
  }

  change(edit: (kept: Kept) => void): void {
    edit(this.#kept);
    if (!this.armed) this.#committed = structuredClone(this.#kept);
    this.#save();
  }

  changeUnkept(edit: (unkept: Unkept) => void): void {
    edit(this.#unkept);
    this.#save();
  }

  arm(): void {
    this.#unkept.armed = true;
    this.#save();
  }

  /** Keeps what is staged, in one write with how it ended (A36). */
  commit(): void {
    this.#kept.commissioned = true;
    this.#committed = structuredClone(this.#kept);
    this.#end('committed');
  }

  /** Goes back to what is committed. */
  rollBack(): void {
    this.#kept = structuredClone(this.#committed);
    this.#end('rolled_back');
  }

  /** Everything goes but the log, the tree numbers ever given, and how the failsafe last ended (A36, A45, A54). */
  erase(): void {
    this.#committed = this.#factory();
    this.#kept = structuredClone(this.#committed);
    this.#unkept.armed = false;
    this.#unkept.utcOffsetMs = null;
    this.#save();
  }

  #end(how: FailsafeEnd): void {
    this.#unkept.armed = false;
    this.#unkept.failsafeEnd = how;
    this.#save();
  }

  #save(): void {
    this.#store?.save(JSON.stringify({ version: 1, kept: this.#committed, unkept: this.#unkept }));
  }
}

function slotInMemory(): SlotStore {
  let content = Buffer.alloc(0);
  return {
    read: () => new Uint8Array(content),
    write: (offset, bytes) => {
      content = Buffer.concat([content.subarray(0, offset), bytes]);
    },
    clear: () => {
      content = Buffer.alloc(0);
    },
  };
}

function freshUnkept(): Unkept {
  return {
    armed: false,
    failsafeEnd: 'none',
    highestRev: 0,
    utcOffsetMs: null,
    log: { next: 1, entries: [] },
  };
}

function parseContent(saved: string): z.infer<typeof contentSchema> {
  try {
    return contentSchema.parse(JSON.parse(saved));
  } catch (cause) {
    throw new CodedError('virtual.flash_unreadable', {}, { cause });
  }
}
