/** What a code means for the person and for the program. */
export interface ErrorEntry {
  /** Whether the same act may succeed if it is tried again: by itself, after the person did something, or never. */
  readonly retry: 'yes' | 'after_fix' | 'no';
  /** Only rules have one: a blocker stops the release, a warning does not. */
  readonly severity?: 'blocker' | 'warning';
}

/** A table of codes of one area. */
export type ErrorTable = Readonly<Record<string, ErrorEntry>>;
