/**
 * Slows guessing of passwords. Few wrong ones are free; then each one doubles the wait, for the name and the address
 * together, so that nobody can lock somebody else out from afar; and an address has a budget of its own.
 */
import { addressKey } from '../lib/client-address.ts';

const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 2000;
const MAX_WAIT_MS = 60_000;
const FREE_PER_ADDRESS = 40;
const EXPIRY_MS = 15 * 60_000;
const MAX_KEYS = 10_000;

interface Failures {
  count: number;
  last: number;
}

export class Throttle {
  readonly #now: () => number;
  /** In the order of their last failure. */
  readonly #failures = new Map<string, Failures>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** How many ms have to pass before the next try. */
  wait(name: string, address: string): number {
    const line = addressKey(address);
    return Math.max(this.#wait(pairKey(name, line), FREE_FAILURES), this.#wait(line, FREE_PER_ADDRESS));
  }

  /** @param tries 0 to say that one that was counted is over only now */
  recordFailure(name: string, address: string, tries = 1): void {
    const line = addressKey(address);
    for (const key of [pairKey(name, line), line]) {
      const count = (this.#get(key)?.count ?? 0) + tries;
      this.#failures.delete(key);
      this.#failures.set(key, { count, last: this.#now() });
    }
    for (const [key] of this.#failures) {
      if (this.#failures.size <= MAX_KEYS) break;
      this.#failures.delete(key);
    }
  }

  /** Takes the try, which counted as a failure, back. */
  recordSuccess(name: string, address: string): void {
    const line = addressKey(address);
    this.#failures.delete(pairKey(name, line));
    const failures = this.#failures.get(line);
    if (failures) failures.count -= 1;
  }

  #wait(key: string, free: number): number {
    const failures = this.#get(key);
    if (!failures || failures.count < free) return 0;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures.count - free), MAX_WAIT_MS);
    return Math.max(0, failures.last + wait - this.#now());
  }

  #get(key: string): Failures | undefined {
    const failures = this.#failures.get(key);
    return failures && this.#now() - failures.last < EXPIRY_MS ? failures : undefined;
  }
}

function pairKey(name: string, line: string): string {
  return `${line} ${name.normalize('NFC')}`;
}
