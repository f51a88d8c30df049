/** What the database said of something a moment ago. While the database is away, what it said last counts. */
import { isDatabaseAway } from '../store/database.ts';

/** A change in another process is seen here after at most this long. */
const FRESH_MS = 5000;

export class Remembered<T> {
  readonly #most: number;
  readonly #known = new Map<string, { value: T; at: number }>();
  #forgotten = 0;

  /** @param most how many are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** @param read asks the database; null, as for a guess, is not worth the memory */
  async get(key: string, read: () => Promise<T | null>): Promise<T | null> {
    const known = this.#known.get(key);
    if (known && Date.now() - known.at < FRESH_MS) return known.value;
    const forgotten = this.#forgotten;
    try {
      const value = await read();
      this.#known.delete(key);
      // A value that was read before a change is not cached after it.
      if (value !== null && forgotten === this.#forgotten) this.#known.set(key, { value, at: Date.now() });
      const [oldest] = this.#known.keys();
      if (this.#known.size > this.#most && oldest !== undefined) this.#known.delete(oldest);
      return value;
    } catch (error) {
      if (known && isDatabaseAway(error)) return known.value;
      throw error;
    }
  }

  forget(key: string): void {
    this.#forgotten += 1;
    this.#known.delete(key);
  }
}
