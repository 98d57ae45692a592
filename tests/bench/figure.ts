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
  /** What the ratio is promised to keep to; absent where nothing is promised. */
  readonly limit?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Whether a figure keeps to what is promised of it. */
export function holds({ ratio, limit }: Figure): boolean {
  if (limit === undefined) return true;
  return 'atMost' in limit ? ratio <= limit.atMost : ratio >= limit.atLeast;
}
