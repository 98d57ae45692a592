/** The listeners of one event. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Returns the removal. */
  add(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells all that were there when it began, in the order they came. */
  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
