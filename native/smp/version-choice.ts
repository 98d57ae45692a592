import { SmpError, Version } from './header.ts';
import type { RefusalNumbers } from './refusal.ts';

/**
 * So many reads in version 2 may stay without any answer before version 1 is tried. One packet may be lost on the
 * way, and a device that was only unlucky is better spoken to in version 2.
 */
const SILENT_READS = 2;

/**
 * Which version a connection speaks (A1, A2). It begins with 2. A server that knows only version 1 may refuse that
 * with `rc` 13, or drop it: then what follows is in version 1, for as long as the connection lives.
 */
export class VersionChoice {
  #current: number = Version.two;
  /** Reads without an answer while nothing on this connection had one; undefined once something had. */
  #silentReads: number | undefined = 0;

  /** The raw `ver` field of the next request. */
  get current(): number {
    return this.#current;
  }

  /** A request in `asked` was answered. What is not refused for its version was understood (A18). */
  answered(asked: number, refusal: RefusalNumbers | undefined): void {
    this.#silentReads = undefined;
    const isUnknown = refusal?.group === undefined && refusal?.rc === SmpError.version;
    if (isUnknown && asked === Version.two) this.#current = Version.one;
  }

  /** A request had no answer. From the second such read on, each further one tries the other version. */
  silent(op: 'read' | 'write'): void {
    if (this.#silentReads === undefined || op !== 'read') return;
    this.#silentReads += 1;
    if (this.#silentReads < SILENT_READS) return;
    this.#current = this.#current === Version.two ? Version.one : Version.two;
  }
}
