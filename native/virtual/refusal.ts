import type { CborInput } from '../smp/index.ts';
import { CommissioningError, Group, SmpError, Version } from '../smp/index.ts';

/** A command refused: it has changed nothing (A18). */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly scope: 'smp' | 'group';
  readonly rc: number;

  constructor(scope: 'smp' | 'group', rc: number) {
    super(`${scope} ${rc}`);
    this.scope = scope;
    this.rc = rc;
  }

  /** The body of the answer, as the request's version wants it (A18, A20). */
  body(version: number): CborInput {
    if (this.scope === 'smp') return { rc: this.rc };
    if (version === Version.one) return { rc: 256 + this.rc };
    return { err: { group: Group.commissioning, rc: this.rc } };
  }
}

/** An error of SMP itself (A18). */
export function smpRefusal(name: keyof typeof SmpError): Refusal {
  return new Refusal('smp', SmpError[name]);
}

/** An error of group 64 (A19). */
export function groupRefusal(name: keyof typeof CommissioningError): Refusal {
  return new Refusal('group', CommissioningError[name]);
}
