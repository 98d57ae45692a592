import { linkInUse } from './commands/index.ts';
import { DeviceLog } from './device-log.ts';
import { Dispatcher } from './dispatcher.ts';
import { type Environment, systemEnvironment, Timers } from './environment.ts';
import { factoryState } from './factory-state.ts';
import { Failsafe } from './failsafe.ts';
import { Faults } from './faults.ts';
import { type AttachState, type FailsafeEnd, Flash, type FlashStore, type TreeItem } from './flash.ts';
import { Hand, type HandHabit, type Touch } from './hand.ts';
import { HubRadio } from './hub-radio.ts';
import { ImageSlots } from './image-slots.ts';
import type { Internals } from './internals.ts';
import { MemberRadio } from './member-radio.ts';
import { advertisedId, type DeviceDescription, type DevicePlan, describeDevice, Kind } from './models.ts';
import { type PairingConnection, PairingGuard } from './pairing-guard.ts';
import { RadioField } from './radio-field.ts';
import { ordinarySurroundings, type Surroundings } from './surroundings.ts';

/** What a virtual device is made of besides its plan; everything has a sensible default. */
export interface DeviceOptions {
  readonly environment?: Environment;
  /** The air it shares with others; its own where absent. */
  readonly field?: RadioField;
  readonly flashStore?: FlashStore;
  readonly surroundings?: Surroundings;
  readonly hand?: HandHabit;
}

/** One end of a link: packets from the app go in, answers come out of `deliver`. */
export interface DeviceConnection {
  /** Takes one packet; its length is not yet compared with its header (A3). */
  receive(packet: Uint8Array): void;
  /** The app hung up, or the cable is out: the session dies (A11). */
  close(): void;
}

/** How an end wants to be spoken to. */
export interface LinkEnd {
  readonly transport: 'usb' | 'bluetooth';
  /** False for a serial line on which the app's going cannot be seen (A11). */
  readonly seesHangUp?: boolean;
  deliver(packet: Uint8Array): void;
  /** The device dropped the link: it restarted or lost its power. */
  onDropped?(): void;
}

/** What lies committed in flash, without keys. */
export interface FlashReport {
  readonly commissioned: boolean;
  readonly end: FailsafeEnd;
  readonly armed: boolean;
  readonly tree: { readonly rev: number; readonly items: readonly TreeItem[] };
  readonly attachments: Readonly<Record<string, AttachState>>;
  /** Of a lock or repeater: its own state, and the hub it belongs to. */
  readonly membership: { readonly state: AttachState; readonly iq: string | undefined };
  readonly timeZone: string;
}

interface Link extends PairingConnection {
  readonly end: LinkEnd;
  closed: boolean;
  unanswered: number;
}

/** Silent while the boot loader runs. */
const BOOT_MS = 200;
const PHYSICAL_RESET_MS = 120_000;
/** What an empty battery leaves of the radio. */
const FLAT_BATTERY_LOSS_DB = 20;
/** Half of "the reserved company id", and the version of the advertisement (A15). */
const ADVERTISEMENT_PREFIX = [0xff, 0xff, 0x01] as const;

/**
 * The device side of Doorstep's protocol: an IQ, a repeater or a lock, with its flash, failsafe, pairing,
 * radio and LED. Nothing in it knows the app; it keeps every clause by itself.
 */
export class VirtualDevice {
  readonly description: DeviceDescription;
  readonly faults = new Faults();
  readonly surroundings: Surroundings;
  /** Writes that took effect, by command. */
  readonly writes: Record<string, number> = {};
  readonly #environment: Environment;
  readonly #flash: Flash;
  readonly #timers: Timers;
  readonly #log: DeviceLog;
  readonly #failsafe: Failsafe;
  readonly #pairing: PairingGuard;
  readonly #hand: Hand;
  readonly #images: ImageSlots;
  readonly #hub: HubRadio | undefined;
  readonly #member: MemberRadio | undefined;
  readonly #dispatcher: Dispatcher;
  readonly #links = new Set<Link>();
  #power: 'off' | 'booting' | 'on' = 'off';
  /** Told apart so that nothing from before a restart answers after it. */
  #boot = 0;
  #bootTicks = 0;
  #queue: Promise<void> = Promise.resolve();
  #identifyEndsTicks = Number.NEGATIVE_INFINITY;
  #physicalResetTicks = Number.NEGATIVE_INFINITY;

  /** @throws RangeError for an impossible plan; CodedError `virtual.flash_unreadable` for a damaged flash. */
  constructor(plan: DevicePlan, options: DeviceOptions = {}) {
    const environment = options.environment ?? systemEnvironment;
    const field = options.field ?? new RadioField();
    this.description = describeDevice(plan);
    this.surroundings = options.surroundings ?? ordinarySurroundings();
    this.#environment = environment;
    this.#flash = new Flash(
      () => factoryState(this.description, environment.randomBytes),
      options.flashStore,
    );
    this.#timers = new Timers(environment.clock);
    this.#images = new ImageSlots(this.#flash, this.description);
    this.#log = new DeviceLog(this.#flash, () => this.#utcSeconds());
    this.#hand = new Hand(this.#timers, options.hand ?? { kind: 'waits' });
    this.#failsafe = new Failsafe(this.#flash, this.#timers, environment.clock, {
      onArmed: () => this.#log.add('armed'),
      onCommitted: () => this.#log.add('committed'),
      onRolledBack: () => {
        this.#log.add('rolled_back');
        this.#hub?.forget();
        this.#member?.refresh();
      },
    });
    this.#pairing = new PairingGuard(this.description, environment, () => !this.#flash.kept.commissioned);
    const radioParts = {
      id: this.description.mac,
      flash: this.#flash,
      clock: environment.clock,
      timers: this.#timers,
      log: this.#log,
      field,
      powered: () => this.powered,
      lossDb: () => this.radioLossDb,
      detachHangs: () => this.faults.has('detach_hangs'),
    };
    const { radio } = this.description;
    this.#hub = radio === undefined ? new HubRadio(radioParts) : undefined;
    this.#member = radio === undefined ? undefined : new MemberRadio({ ...radioParts, radio });
    if (this.#hub !== undefined) field.addHub(this.#hub);
    if (this.#member !== undefined) field.addMember(this.#member);
    this.#dispatcher = new Dispatcher(this.#internals(), this.writes);
    this.#start('power');
  }

  /** Opens a link to the device. */
  connect(end: LinkEnd): DeviceConnection {
    const link: Link = {
      transport: end.transport,
      seesHangUp: end.seesHangUp ?? true,
      end,
      closed: false,
      unanswered: 0,
    };
    this.#links.add(link);
    return {
      receive: (packet) => this.#receive(link, packet),
      close: () => this.#close(link),
    };
  }

  /** Whether it runs; false while it is off or boots. */
  get powered(): boolean {
    return this.#power === 'on';
  }

  /** 0 factory, 1 pairing open, 2 commissioned (A16). */
  get state(): 0 | 1 | 2 {
    return this.#state();
  }

  /** What faults take away from its radios, in dB. */
  get radioLossDb(): number {
    const weak = this.faults.get('weak_radio')?.lossDb ?? 0;
    return weak + (this.faults.has('flat_battery') ? FLAT_BATTERY_LOSS_DB : 0);
  }

  /** Whether it advertises: it has Bluetooth and power (A15). */
  get advertises(): boolean {
    return this.powered && this.description.capabilities.includes('ble');
  }

  /** Manufacturer data as on air: company id, version, kind, state, id; 12 bytes (A15). */
  get manufacturerData(): Uint8Array {
    const { kind, mac } = this.description;
    return Uint8Array.of(...ADVERTISEMENT_PREFIX, Kind[kind], this.#state(), ...advertisedId(mac));
  }

  /** The firmware that runs. */
  get firmware(): string {
    return this.#images.version;
  }

  /** Packets dropped without an answer and outside any session (A3, A7). */
  get droppedPackets(): number {
    return this.#dispatcher.dropped;
  }

  /** Where its flash stands. */
  get flashReport(): FlashReport {
    const { committed, unkept } = this.#flash;
    const states = Object.entries(committed.attachments).map(([id, { state }]) => [id, state] as const);
    return {
      commissioned: committed.commissioned,
      end: unkept.failsafeEnd,
      armed: unkept.armed,
      tree: structuredClone(committed.tree),
      attachments: Object.fromEntries(states),
      membership: { state: committed.membership.state, iq: committed.membership.network?.iq },
      timeZone: committed.timeZone,
    };
  }

  /** What the person at the lock does by habit. */
  set hand(habit: HandHabit) {
    this.#hand.habit = habit;
  }

  /** Moves the handle or presents a tag; says whether a check was waiting for it. */
  touch(touch: Touch): boolean {
    return this.#hand.touch(touch);
  }

  /** The button behind an IQ's cover for 2 s, or a repeater's: gives the tries back, and opens an IQ's Bluetooth. */
  pressButton(): void {
    if (!this.powered || this.description.kind === 'lock') return;
    this.#pairing.refillTries();
    if (this.description.kind === 'iq') this.#pairing.openWindow();
    this.#log.add('button');
  }

  /** The maintenance card at a lock or repeater. True flashes green: online (A21, A47). */
  presentCard(): boolean {
    if (!this.powered || this.#member === undefined) return false;
    this.#pairing.openWindow();
    this.#log.add('card');
    return this.#member.presentCard();
  }

  /** The paper clip: within 2 minutes `factory` is accepted without the failsafe (A54). */
  pressReset(): void {
    if (!this.powered) return;
    this.#physicalResetTicks = this.#environment.clock.ticks();
    this.#log.add('physical_reset');
  }

  /** A restart by software, as after `reset`: session and attempt end, an armed failsafe rolls back (A13, A39). */
  restart(): void {
    if (this.#power === 'off') return;
    this.#stop();
    this.#power = 'booting';
    this.#timers.after(BOOT_MS, () => this.#start('reset'));
  }

  /** Takes the power away; whatever was armed is rolled back at the next start. */
  powerOff(): void {
    if (this.#power === 'off') return;
    this.#stop();
    this.#power = 'off';
    for (const link of [...this.#links]) this.#drop(link);
  }

  /** Gives the power back: all tries return, and a commissioned lock opens its Bluetooth for 2 minutes (A21, A26). */
  powerOn(): void {
    if (this.#power === 'off') this.#start('power');
  }

  #start(cause: 'power' | 'reset'): void {
    this.#power = 'on';
    this.#bootTicks = this.#environment.clock.ticks();
    this.#failsafe.recover();
    const booted = this.#images.boot(this.faults.has('image_does_not_start'));
    if (booted !== 'as_before') this.#log.add(booted === 'swapped' ? 'image_new' : 'image_reverted');
    // A power cut between the commit of `factory` and the erasing: it is done now (A54).
    if (this.#flash.committed.factoryStaged) this.#flash.erase();
    if (cause === 'power') {
      this.#pairing.refillTries();
      if (this.description.kind !== 'iq' && this.#flash.kept.commissioned) this.#pairing.openWindow();
    }
    this.#log.add('start');
    this.#member?.refresh();
  }

  #stop(): void {
    this.#boot += 1;
    this.#timers.cancelAll();
    this.#pairing.restarted();
    this.#hand.forget();
    this.#hub?.forget();
    this.#member?.stop();
    this.#identifyEndsTicks = Number.NEGATIVE_INFINITY;
    this.#queue = Promise.resolve();
    for (const link of [...this.#links]) {
      link.unanswered = 0;
      if (link.transport === 'bluetooth') this.#drop(link);
    }
  }

  #receive(link: Link, packet: Uint8Array): void {
    if (!this.powered || link.closed) return;
    const { bufferBytes, bufferCount } = this.description;
    if (packet.length > bufferBytes || link.unanswered >= bufferCount) {
      this.#dispatcher.drop();
      return;
    }
    link.unanswered += 1;
    const boot = this.#boot;
    // One at a time, in the order they came, whatever link they came on (A8).
    this.#queue = this.#queue.then(async () => {
      if (boot !== this.#boot) return;
      if (!link.closed) await this.#handle(link, packet, boot);
      if (boot === this.#boot) link.unanswered -= 1;
    });
  }

  async #handle(link: Link, packet: Uint8Array, boot: number): Promise<void> {
    const { answer, afterAnswer } = await this.#dispatcher.take(packet, link);
    const slow = this.faults.get('slow');
    if (slow !== undefined && boot === this.#boot) await this.#timers.wait(slow.ms);
    if (boot !== this.#boot) return;
    if (answer !== undefined && !link.closed && this.faults.mayAnswer()) {
      const times = this.faults.take('double_answer') ? 2 : 1;
      for (let sent = 0; sent < times; sent++) link.end.deliver(answer);
      if (this.faults.takeLinkLoss()) this.#drop(link);
    }
    for (const run of afterAnswer) run();
  }

  #close(link: Link): void {
    if (link.closed) return;
    link.closed = true;
    this.#links.delete(link);
    this.#pairing.connectionEnded(link);
  }

  #drop(link: Link): void {
    this.#close(link);
    link.end.onDropped?.();
  }

  #internals(): Internals {
    return {
      description: this.description,
      environment: this.#environment,
      flash: this.#flash,
      failsafe: this.#failsafe,
      pairing: this.#pairing,
      timers: this.#timers,
      log: this.#log,
      hand: this.#hand,
      faults: this.faults,
      surroundings: this.surroundings,
      images: this.#images,
      hub: this.#hub,
      member: this.#member,
      upSeconds: () => Math.floor((this.#environment.clock.ticks() - this.#bootTicks) / 1000),
      utcSeconds: () => this.#utcSeconds(),
      state: () => this.#state(),
      led: () => this.led,
      identify: (seconds) => {
        this.#identifyEndsTicks = this.#environment.clock.ticks() + seconds * 1000;
      },
      physicallyReset: () => this.#environment.clock.ticks() - this.#physicalResetTicks <= PHYSICAL_RESET_MS,
      restart: () => this.restart(),
      eraseAndRestart: () => {
        this.#physicalResetTicks = Number.NEGATIVE_INFINITY;
        this.#flash.erase();
        this.#log.add('factory');
        this.restart();
      },
    };
  }

  #state(): 0 | 1 | 2 {
    const { commissioned } = this.#flash.kept;
    const mayShow = this.description.kind === 'iq' || commissioned;
    if (mayShow && this.description.capabilities.includes('ble') && this.#pairing.windowOpen) return 1;
    return commissioned ? 2 : 0;
  }

  #utcSeconds(): number {
    const { utcOffsetMs } = this.#flash.unkept;
    return utcOffsetMs === null ? 0 : Math.floor((this.#environment.clock.now() + utcOffsetMs) / 1000);
  }

  /** Pattern and colour of its LED (A52). */
  get led(): string {
    if (!this.powered) return 'off';
    if (this.#environment.clock.ticks() < this.#identifyEndsTicks) return 'blink_white';
    if (this.description.kind !== 'iq') return 'off';
    if (this.description.mac === '00.00.00') return 'blink_purple';
    if (this.#pairing.session?.transport === 'bluetooth') return 'steady_green';
    if (this.#pairing.windowOpen) return 'blink_green';
    if (!this.#flash.kept.commissioned) return 'steady_white';
    const internet = linkInUse({ flash: this.#flash, surroundings: this.surroundings }) !== undefined;
    return internet && this.surroundings.internet ? 'steady_purple' : 'blink_red';
  }
}
