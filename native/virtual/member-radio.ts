import type { DeviceLog } from './device-log.ts';
import type { Timers } from './environment.ts';
import type { AttachState, Flash, Membership } from './flash.ts';
import type { Radio } from './models.ts';
import type { RadioField, RadioNode } from './radio-field.ts';

/** The first call after a ticket was taken, and every call after one that led to nothing. */
const FIRST_CALL_MS = 300;
const RETRY_MS = 2_000;
/** How often an attached lock lets its hub hear it. */
const HEARTBEAT_MS = 5_000;

/** The radio of a lock or repeater: calls its hub until it is attached, and stays in touch (A47–A49). */
export class MemberRadio implements RadioNode {
  readonly id: string;
  readonly radio: Radio;
  readonly #flash: Flash;
  readonly #timers: Timers;
  readonly #field: RadioField;
  readonly #log: DeviceLog;
  readonly #condition: {
    readonly powered: () => boolean;
    readonly lossDb: () => number;
    readonly detachHangs: () => boolean;
  };
  #cancelCall: () => void = () => {};
  #rssi: number | undefined;

  constructor(parts: {
    id: string;
    radio: Radio;
    flash: Flash;
    timers: Timers;
    field: RadioField;
    log: DeviceLog;
    powered: () => boolean;
    lossDb: () => number;
    detachHangs: () => boolean;
  }) {
    this.id = parts.id;
    this.radio = parts.radio;
    this.#flash = parts.flash;
    this.#timers = parts.timers;
    this.#field = parts.field;
    this.#log = parts.log;
    this.#condition = parts;
  }

  get powered(): boolean {
    return this.#condition.powered();
  }

  get lossDb(): number {
    return this.#condition.lossDb();
  }

  /** dBm of the last call that was heard. */
  get rssi(): number | undefined {
    return this.#rssi;
  }

  get state(): AttachState {
    return this.#flash.kept.membership.state;
  }

  /** The membership changed, or the device started: calls what there is to call. */
  refresh(): void {
    this.#cancelCall();
    this.#rssi = undefined;
    if (this.state !== 'detached') this.#callAfter(FIRST_CALL_MS);
  }

  /** No more calls: the device is off. */
  stop(): void {
    this.#cancelCall();
    this.#rssi = undefined;
  }

  /** The maintenance card: calls the hub now, or joins one that waits for this lock. True is green, online. */
  presentCard(): boolean {
    this.#cancelCall();
    const online = this.#call() || this.#joinByCard();
    if (this.state !== 'detached') this.#callAfter(online ? HEARTBEAT_MS : RETRY_MS);
    return online;
  }

  /** Forgets hub, key and tickets (A49). */
  leave(): void {
    this.#flash.change((kept) => {
      kept.membership = detached();
    });
    this.#log.add('detached');
  }

  #callAfter(afterMs: number): void {
    this.#cancelCall = this.#timers.after(afterMs, () => {
      const online = this.#call();
      if (this.state !== 'detached') this.#callAfter(online ? HEARTBEAT_MS : RETRY_MS);
    });
  }

  /** One call; whether the hub took it as its own. */
  #call(): boolean {
    const { state, network } = this.#flash.kept.membership;
    if (state === 'detached' || network === undefined) return false;
    const what = state === 'detach_pending' ? 'leaving' : 'here';
    const heard = this.#field.call(network.iq, { id: this.id, net: network.net, what });
    this.#rssi = heard?.rssi;
    if (heard === undefined || heard.reply === 'unknown') return false;
    if (heard.reply === 'detach') {
      if (this.#condition.detachHangs()) return false;
      this.#field.call(network.iq, { id: this.id, net: network.net, what: 'detached' });
      this.leave();
      return false;
    }
    if (what === 'leaving') this.leave();
    else if (state === 'attach_pending') this.#attached();
    return true;
  }

  #joinByCard(): boolean {
    const found = this.#field.searchByCard(this.id);
    if (found === undefined) return false;
    this.#rssi = found.rssi;
    this.#flash.change((kept) => {
      kept.membership.state = 'attached';
      kept.membership.network = { net: found.net, iq: found.iq, ch: found.ch };
      // What a card attached is no longer in factory state, though no failsafe was armed here.
      kept.commissioned = true;
    });
    this.#log.add('attached');
    return true;
  }

  #attached(): void {
    this.#flash.change((kept) => {
      kept.membership.state = 'attached';
    });
    this.#log.add('attached');
  }
}

/** A membership of nothing. */
export function detached(): Membership {
  return { state: 'detached', usedTickets: [] };
}
