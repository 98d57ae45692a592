import * as z from 'zod';

const count = z.int().min(1).max(1_000_000);

/** What can be wrong with a device. One of each kind at a time; each stays until it is cleared or used up. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** Answers this many more requests, then no more at all. */
  z.object({ kind: z.literal('silence'), afterAnswers: z.int().min(0) }),
  /** The next requests (of one command, where named) never arrive: they change nothing. */
  z.object({ kind: z.literal('drop_request'), count, command: z.string().optional() }),
  /** The next requests (of one command, where named) take effect, but the answer is lost. */
  z.object({ kind: z.literal('drop_answer'), count, command: z.string().optional() }),
  z.object({ kind: z.literal('double_answer'), count }),
  /** The link breaks once, behind this many more answers: cable out, or radio gone. The device itself runs on. */
  z.object({ kind: z.literal('link_lost'), afterAnswers: count }),
  /** Another program holds its port: it cannot be opened. In memory only; a real port is held by a real program. */
  z.object({ kind: z.literal('busy_port') }),
  /** The next frames on the console carry a wrong CRC. */
  z.object({ kind: z.literal('wrong_crc'), count }),
  /** Restarts once, before or after the next request of a command takes effect, and does not answer it. */
  z.object({ kind: z.literal('restart'), command: z.string(), moment: z.enum(['before', 'after']) }),
  /** Every answer comes this much later. */
  z.object({ kind: z.literal('slow'), ms: z.int().min(1).max(600_000) }),
  /** Every piece of an upload takes this much longer to be written. */
  z.object({ kind: z.literal('slow_flash'), ms: z.int().min(1).max(60_000) }),
  /** What was uploaded comes out wrong in flash: the device finds another hash than was announced. */
  z.object({ kind: z.literal('wrong_image_hash') }),
  /** New firmware does not come up, and the boot loader goes back at once. */
  z.object({ kind: z.literal('image_does_not_start') }),
  z.object({ kind: z.literal('weak_radio'), lossDb: z.int().min(1).max(120) }),
  /** Does not let its hub detach it: the hub waits for a confirmation that never comes. */
  z.object({ kind: z.literal('detach_hangs') }),
  z.object({ kind: z.literal('flat_battery') }),
  /** The motor does not turn. */
  z.object({ kind: z.literal('jammed') }),
  /** Prints text between the frames, and between their lines, on its console. */
  z.object({ kind: z.literal('text_noise') }),
  /**
   * Answers as a version 1 server (A2, A20). What it makes of a request in version 2: answers it all the same,
   * refuses it with `{"rc": 13}`, or drops it.
   */
  z.object({ kind: z.literal('version_1'), toVersion2: z.enum(['answers', 'refuses', 'drops']).optional() }),
  /** Refuses every command that is not open with `{"rc": 10}`. */
  z.object({ kind: z.literal('busy') }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];
type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

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

  /** Whether the link breaks behind the answer that just went out; once. */
  takeLinkLoss(): boolean {
    const fault = this.get('link_lost');
    if (fault === undefined) return false;
    if (fault.afterAnswers <= 1) return this.#on.delete('link_lost');
    this.#on.set('link_lost', { ...fault, afterAnswers: fault.afterAnswers - 1 });
    return false;
  }

  /** The kinds that are on. */
  get kinds(): readonly FaultKind[] {
    return [...this.#on.keys()];
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
