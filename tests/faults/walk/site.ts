import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceRecord } from '../../../db/types.ts';
import {
  createVirtualSite,
  type FlashStore,
  type PlannedDevice,
  type VirtualDevice,
  type VirtualSite,
} from '../../../native/virtual/index.ts';
import { siteData } from '../../db/support/data.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { FaultyWays, type Way } from './faulty-way.ts';
import type { Job } from './jobs.ts';
import { Laptop } from './laptop.ts';

export const HUB = '04.A3.00';
const REPEATER = '4F.B2.31';
export const LOCKS = ['01FFEE00112233', '01FFEE0011223A'] as const;
/** The hub, a repeater that hangs on it, and two locks that hang on the repeater. */
const PLAN: readonly PlannedDevice[] = [
  { kind: 'iq', mac: HUB, activationCode: '04.A2.FF' },
  { kind: 'repeater', mac: REPEATER, activationCode: '4F.B2.90' },
  ...LOCKS.map((mac) => ({ kind: 'lock' as const, mac, parentMac: REPEATER })),
];
export const CHILDREN: readonly string[] = [REPEATER, ...LOCKS];
const NAMES: ReadonlyMap<string, string> = new Map([
  [HUB, 'hub'],
  [REPEATER, 'repeater'],
  ...LOCKS.map((mac, index) => [mac, `lock ${index + 1}`] as const),
]);
/** What runs in a device before anybody updates it. */
export const FACTORY_VERSION = '1.0.0';
/** More than a failsafe may be armed for, in milliseconds (A35). */
const FAILSAFE_MS = 185_000;
/** Kept in memory where the system can: a site is opened a thousand times, and no power fails here. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** The name by which a device goes in tables. */
export function nameOf(mac: string): string {
  return NAMES.get(mac) ?? mac;
}

/** What lies committed in a device's flash. */
interface Flash {
  readonly kept: {
    readonly timeZone: string;
    readonly network: unknown;
    readonly tree: { readonly items: readonly { readonly id: string }[] };
    readonly attachments: Readonly<Record<string, { readonly state: string }>>;
    readonly membership: { readonly state: string; readonly network?: { readonly iq: string } };
  };
  readonly unkept: {
    readonly armed: boolean;
    readonly failsafeEnd: string;
    /** Absent as long as the factory's firmware runs. */
    readonly images?: {
      readonly running: { readonly version: string };
      readonly confirmed: boolean;
      readonly next: string;
    };
  };
}

/** Flash that tells how often its device went back to what it was. */
class CountingFlash implements FlashStore {
  rollBacks = 0;
  #content: string | undefined;

  constructor(content?: string) {
    this.#content = content;
  }

  load = (): string | undefined => this.#content;
  save = (content: string): void => {
    const wasArmed = this.#content !== undefined && this.read().unkept.armed;
    this.#content = content;
    const { armed, failsafeEnd } = this.read().unkept;
    if (wasArmed && !armed && failsafeEnd === 'rolled_back') this.rollBacks += 1;
  };

  read(): Flash {
    return JSON.parse(this.#content ?? '') as Flash;
  }
}

/** What the hub says for good of itself and of those below it; and what these say. */
export interface Facts {
  readonly armed: boolean;
  /** Everything about the hub that is commissioned, as one text. */
  readonly hub: string;
  readonly hasTime: boolean;
  readonly network: string;
  /** By MAC: attached as both say, detached as both say, or of two minds. */
  readonly children: ReadonlyMap<string, 'whole' | 'nothing' | 'half'>;
  /** Those who say by themselves that they are attached. */
  readonly members: ReadonlySet<string>;
  /** By MAC: the version that runs, and whether it stays. */
  readonly firmware: ReadonlyMap<string, string>;
  /** By MAC: what the store has of each device. */
  readonly stored: ReadonlyMap<string, string>;
}

/** A site as it was left once, to begin from again and again. */
export interface Template {
  readonly dataDir: string;
  readonly flashes: ReadonlyMap<string, string>;
  readonly siteId: string;
  readonly nowMs: number;
}

/** One site with its devices, and the laptop that is beside them now. */
export class WalkedSite {
  readonly clock: JumpingClock;
  readonly ways: FaultyWays;
  readonly site: VirtualSite;
  readonly siteId: string;
  laptop: Laptop;
  readonly #flashes: ReadonlyMap<string, CountingFlash>;
  readonly #dataDir: string;

  /** Devices fresh from the factory and a laptop that has them in its plan; or all of it as a template has it. */
  static async open(way: Way, template?: Template): Promise<WalkedSite> {
    const dataDir = mkdtempSync(join(FOLDER, 'doorstep-walk-'));
    if (template !== undefined) cpSync(template.dataDir, dataDir, { recursive: true });
    const clock = new JumpingClock(template?.nowMs);
    const ways = new FaultyWays(way, clock);
    const flashes = new Map(PLAN.map(({ mac }) => [mac, new CountingFlash(template?.flashes.get(mac))]));
    const environment = {
      clock,
      randomBytes: (count: number) => new Uint8Array(randomBytes(count)),
    };
    const site = createVirtualSite(PLAN, {
      environment,
      hand: { kind: 'helps', delayMs: 300 },
      flashStoreFor: (mac) => flashes.get(mac) ?? new CountingFlash(),
    });
    const laptop = await Laptop.open({ dataDir, site, ways, clock });
    const siteId = template?.siteId ?? plan(laptop);
    return new WalkedSite({ clock, ways, site, siteId, laptop, flashes, dataDir });
  }

  private constructor(parts: {
    clock: JumpingClock;
    ways: FaultyWays;
    site: VirtualSite;
    siteId: string;
    laptop: Laptop;
    flashes: ReadonlyMap<string, CountingFlash>;
    dataDir: string;
  }) {
    this.clock = parts.clock;
    this.ways = parts.ways;
    this.site = parts.site;
    this.siteId = parts.siteId;
    this.laptop = parts.laptop;
    this.#flashes = parts.flashes;
    this.#dataDir = parts.dataDir;
  }

  get hub(): VirtualDevice {
    return this.device(HUB);
  }

  device(mac: string): VirtualDevice {
    const device = this.site.device(mac);
    if (device === undefined) throw new Error(`there is no ${mac}`);
    return device;
  }

  /** How often a device went back to what it was. */
  rollBacks({ description: { mac } }: VirtualDevice): number {
    return this.#flashes.get(mac)?.rollBacks ?? 0;
  }

  /** One run of a job; true where it ended because the laptop died. */
  async run(job: Job): Promise<boolean> {
    const { laptop } = this;
    const died = laptop.death.then(() => true);
    const ran = laptop.run(job.pieces(laptop, this.siteId)).then(
      () => laptop.dead,
      (caught: unknown) => {
        if (laptop.dead) return true;
        throw caught;
      },
    );
    return this.clock.run(Promise.race([died, ran]));
  }

  /** The laptop is started again, and goes on with what it had begun. */
  async reopen(): Promise<void> {
    const { told } = this.laptop;
    this.laptop = await Laptop.open({
      dataDir: this.#dataDir,
      site: this.site,
      ways: this.ways,
      clock: this.clock,
    });
    this.laptop.told.push(...told);
    await this.clock.run(this.laptop.resume());
  }

  /** Lets every failsafe end that is armed. */
  async passFailsafe(): Promise<void> {
    await this.clock.pass(FAILSAFE_MS);
  }

  /** What the devices themselves have in their flash. */
  facts(): Facts {
    const of = (mac: string): Flash => this.#flashes.get(mac)?.read() ?? never(mac);
    const { timeZone, network, tree, attachments } = of(HUB).kept;
    const states = Object.entries(attachments).map(([id, { state }]) => [id, state]);
    const sides = (mac: string): 'whole' | 'nothing' | 'half' => {
      const { membership } = of(mac).kept;
      const atHub = attachments[mac]?.state === 'attached' && tree.items.some(({ id }) => id === mac);
      const atChild = membership.state === 'attached' && membership.network?.iq === HUB;
      if (atHub && atChild) return 'whole';
      const isNothing = attachments[mac] === undefined && membership.state === 'detached';
      return isNothing ? 'nothing' : 'half';
    };
    return {
      armed: PLAN.some(({ mac }) => of(mac).unkept.armed),
      hub: JSON.stringify({ timeZone, network, items: tree.items, states }),
      hasTime: timeZone === siteData('').timeZone,
      network: JSON.stringify(network),
      children: new Map(CHILDREN.map((mac) => [mac, sides(mac)])),
      members: new Set(CHILDREN.filter((mac) => of(mac).kept.membership.state === 'attached')),
      firmware: new Map(PLAN.map(({ mac }) => [mac, firmwareOf(of(mac))])),
      stored: new Map(PLAN.map(({ mac }) => [mac, storedOf(this.laptop.planned(mac))])),
    };
  }

  /** Closes the laptop, and gives all of it as it is now; the caller removes its folder. */
  async leave(): Promise<Template> {
    await this.clock.run(this.laptop.close());
    const flashes = new Map([...this.#flashes].map(([mac, flash]) => [mac, flash.load() ?? '']));
    return { dataDir: this.#dataDir, flashes, siteId: this.siteId, nowMs: this.clock.now() };
  }

  async close(): Promise<void> {
    await this.clock.run(this.laptop.close());
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

function plan({ sites }: Laptop): string {
  const siteId = sites.create(siteData('Kade'));
  const ids = new Map<string, string>();
  for (const { kind, mac, activationCode, parentMac } of PLAN) {
    const parent = kind === 'iq' ? null : (ids.get(parentMac ?? HUB) ?? null);
    const code = activationCode === undefined ? {} : { activationCode };
    ids.set(mac, sites.addDevice(siteId, kind, parent, { name: nameOf(mac), mac, ...code }));
  }
  return siteId;
}

function firmwareOf({ unkept: { images } }: Flash): string {
  if (images === undefined) return FACTORY_VERSION;
  const trial = images.confirmed ? '' : ' on trial';
  return `${images.running.version}${trial}${images.next === 'none' ? '' : ', another is next'}`;
}

function storedOf({ state, networkProven }: DeviceRecord): string {
  return networkProven ? `${state}, its network proven` : state;
}

function never(mac: string): never {
  throw new Error(`there is no ${mac}`);
}
