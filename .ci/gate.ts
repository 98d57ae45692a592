/** What one gate found. */
export interface GateResult {
  /** How many files it looked at; none means that it is broken. */
  readonly files: number;
  /** One line each, with the file it speaks of. */
  readonly findings: readonly string[];
}

/** One check of the whole source. */
export interface Gate {
  readonly name: string;
  /** @param root the project's folder, absolute */
  run(root: string): Promise<GateResult>;
}
