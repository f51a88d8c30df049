/** What the database said of something a moment ago. While the database is away, what it said last counts. */
import { isDatabaseUnreachable } from '../store/database.ts';

/** A change in another process is seen here after at most this long. */
const FRESH_MS = 5000;

export class StaleTolerantCache<T> {
  readonly #capacity: number;
  readonly #entries = new Map<string, { value: T; at: number }>();
  #invalidations = 0;

  /** @param capacity how many are kept */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @param read asks the database; null, as for a guess, is not worth the memory */
  async get(key: string, read: () => Promise<T | null>): Promise<T | null> {
    const cached = this.#entries.get(key);
    if (cached && Date.now() - cached.at < FRESH_MS) return cached.value;
    const invalidations = this.#invalidations;
    try {
      const value = await read();
      this.#entries.delete(key);
      // A value that was read before a change is not cached after it.
      if (value !== null && invalidations === this.#invalidations) this.#entries.set(key, { value, at: Date.now() });
      const [oldest] = this.#entries.keys();
      if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest);
      return value;
    } catch (error) {
      if (cached && isDatabaseUnreachable(error)) return cached.value;
      throw error;
    }
  }

  invalidate(key: string): void {
    this.#invalidations += 1;
    this.#entries.delete(key);
  }
}
