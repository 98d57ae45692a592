import type { DeviceLog } from './device-log.ts';
import type { Clock } from './environment.ts';
import type { Flash } from './flash.ts';
import type { RadioCall, RadioHub, RadioReply } from './radio-field.ts';

/** The IQ's radio: whom it hears, and what that does to the attach states (A47). */
export class HubRadio implements RadioHub {
  readonly id: string;
  readonly radio = 'both';
  readonly #flash: Flash;
  readonly #clock: Clock;
  readonly #log: DeviceLog;
  readonly #condition: { readonly powered: () => boolean; readonly lossDb: () => number };
  readonly #heard = new Map<string, { readonly rssi: number; readonly atTicks: number }>();

  constructor(parts: {
    id: string;
    flash: Flash;
    clock: Clock;
    log: DeviceLog;
    powered: () => boolean;
    lossDb: () => number;
  }) {
    this.id = parts.id;
    this.#flash = parts.flash;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#condition = parts;
  }

  get powered(): boolean {
    return this.#condition.powered();
  }

  get lossDb(): number {
    return this.#condition.lossDb();
  }

  parentOf(id: string): string | undefined {
    return this.#item(id)?.parent;
  }

  isAttached(id: string): boolean {
    return this.#flash.kept.attachments[id]?.state === 'attached';
  }

  /** dBm and whole seconds since an item was heard; undefined until it was (A47). */
  lastHeard(id: string): { readonly rssi: number; readonly heard: number } | undefined {
    const last = this.#heard.get(id);
    if (last === undefined) return undefined;
    return { rssi: last.rssi, heard: Math.floor((this.#clock.ticks() - last.atTicks) / 1000) };
  }

  hear(call: RadioCall, rssi: number): RadioReply {
    const { kept } = this.#flash;
    if (call.net !== kept.radio.net) return 'unknown';
    const state = kept.attachments[call.id]?.state;
    if (this.#item(call.id) !== undefined) this.#heard.set(call.id, { rssi, atTicks: this.#clock.ticks() });
    if (call.what !== 'here') {
      if (state !== undefined) this.#remove(call.id);
      return 'accepted';
    }
    if (state === undefined) return 'unknown';
    if (state === 'detach_pending') return 'detach';
    if (state === 'attach_pending') this.#attached(call.id);
    return 'accepted';
  }

  admitByCard(id: string, rssi: number): { readonly net: string; readonly ch: number } | undefined {
    const { attachments, radio } = this.#flash.kept;
    const attachment = attachments[id];
    if (attachment?.state !== 'attach_pending' || attachment.key !== undefined) return undefined;
    this.#heard.set(id, { rssi, atTicks: this.#clock.ticks() });
    this.#attached(id);
    return radio;
  }

  /** A restart or a roll-back: what was heard is forgotten. */
  forget(): void {
    this.#heard.clear();
  }

  #item(id: string) {
    return this.#flash.kept.tree.items.find((item) => item.id === id);
  }

  #attached(id: string): void {
    this.#flash.change(({ attachments }) => {
      const attachment = attachments[id];
      if (attachment !== undefined) attachment.state = 'attached';
    });
    this.#log.add('attached');
  }

  #remove(id: string): void {
    this.#flash.change(({ attachments }) => {
      delete attachments[id];
    });
    this.#log.add('detached');
  }
}
