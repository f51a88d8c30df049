/** How many clients follow each run now. */
import type { Signal } from './signal.ts';

export class Watchers {
  readonly #counts = new Map<string, number>();

  of(run: string): number {
    return this.#counts.get(run) ?? 0;
  }

  /** Counts one more until the function that is returned is called; the others hear of both. */
  enter(run: string, signal: Signal): () => void {
    this.#change(run, 1, signal);
    return () => {
      this.#change(run, -1, signal);
    };
  }

  #change(run: string, by: number, signal: Signal): void {
    const count = this.of(run) + by;
    if (count > 0) this.#counts.set(run, count);
    else this.#counts.delete(run);
    signal.notify();
  }
}
