/** What can be wrong with a device. One of each kind at a time; each stays until it is cleared or used up. */
export type Fault =
  /** Answers this many more requests, then no more at all. */
  | { readonly kind: 'silence'; readonly afterAnswers: number }
  /** The next requests (of one command, where named) never arrive: they change nothing. */
  | { readonly kind: 'drop_request'; readonly count: number; readonly command?: string }
  /** The next requests (of one command, where named) take effect, but the answer is lost. */
  | { readonly kind: 'drop_answer'; readonly count: number; readonly command?: string }
  | { readonly kind: 'double_answer'; readonly count: number }
  /** The next frames on the console carry a wrong CRC. */
  | { readonly kind: 'wrong_crc'; readonly count: number }
  /** Restarts once, before or after the next request of a command takes effect, and does not answer it. */
  | { readonly kind: 'restart'; readonly command: string; readonly moment: 'before' | 'after' }
  /** Every answer comes this much later. */
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'weak_radio'; readonly lossDb: number }
  | { readonly kind: 'flat_battery' }
  /** The motor does not turn. */
  | { readonly kind: 'jammed' }
  /** Prints text between, and inside, the frames on its console. */
  | { readonly kind: 'text_noise' }
  /** Answers as a version 1 server, whatever it is asked with (A2, A20). */
  | { readonly kind: 'version_1' }
  /** Refuses everything but identity, parameters, pairing and the seal itself with `{"rc": 10}`. */
  | { readonly kind: 'busy' };

export type FaultKind = Fault['kind'];
type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** Every kind, for whoever parses one from outside. */
export const FAULT_KINDS: readonly FaultKind[] = [
  'silence',
  'drop_request',
  'drop_answer',
  'double_answer',
  'wrong_crc',
  'restart',
  'slow',
  'weak_radio',
  'flat_battery',
  'jammed',
  'text_noise',
  'version_1',
  'busy',
];

/** The faults that are on. */
export class Faults {
  readonly #on = new Map<FaultKind, Fault>();

  set(fault: Fault): void {
    this.#on.set(fault.kind, fault);
  }

  clear(kind?: FaultKind): void {
    if (kind === undefined) this.#on.clear();
    else this.#on.delete(kind);
  }

  get<K extends FaultKind>(kind: K): FaultOf<K> | undefined {
    return this.#on.get(kind) as FaultOf<K> | undefined;
  }

  has(kind: FaultKind): boolean {
    return this.#on.has(kind);
  }

  /** Uses one of a counted fault up, where it is on for this command; says whether it was. */
  take(kind: 'drop_request' | 'drop_answer' | 'double_answer' | 'wrong_crc', command?: string): boolean {
    const fault = this.get(kind);
    if (fault === undefined) return false;
    if ('command' in fault && fault.command !== undefined && fault.command !== command) return false;
    if (fault.count <= 1) this.#on.delete(kind);
    else this.#on.set(kind, { ...fault, count: fault.count - 1 });
    return true;
  }

  /** Whether the device restarts at this moment of this command; once. */
  takeRestart(command: string, moment: 'before' | 'after'): boolean {
    const fault = this.get('restart');
    if (fault?.command !== command || fault.moment !== moment) return false;
    return this.#on.delete('restart');
  }

  /** Whether one more answer may go out; counts it where silence is on its way. */
  mayAnswer(): boolean {
    const fault = this.get('silence');
    if (fault === undefined) return true;
    if (fault.afterAnswers <= 0) return false;
    this.#on.set('silence', { ...fault, afterAnswers: fault.afterAnswers - 1 });
    return true;
  }
}
