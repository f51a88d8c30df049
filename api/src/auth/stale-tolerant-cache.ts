/** A short-lived cache of database rows. While the database is unreachable, it returns the last known value. */
import { isDatabaseUnreachable } from '../store/database.ts';

/** A change by another process is visible after at most this time. */
const FRESH_MS = 5000;

export class StaleTolerantCache<T> {
  readonly #capacity: number;
  readonly #entries = new Map<string, { value: T; at: number }>();
  #invalidations = 0;

  /** @param capacity the maximum number of entries */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @param read queries the database. Null is not cached, so that guessed keys use no memory */
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
