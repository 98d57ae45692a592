/** One measurement beside its peer in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** The peer's value, in the same unit. */
  readonly peer: number;
  /** `value / peer`. */
  readonly ratio: number;
  readonly unit: string;
  /** Settings that matter, of both sides. */
  readonly note: string;
}
