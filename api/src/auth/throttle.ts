/**
 * Rate limit against password guessing. After a few free failures, each failure doubles the wait for the pair of name and
 * address, so that nobody can lock out a user from another address. Each address also has its own budget.
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
  /** Ordered by the time of the last failure. */
  readonly #failures = new Map<string, Failures>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Milliseconds until the next attempt is allowed. */
  wait(name: string, address: string): number {
    const network = addressKey(address);
    return Math.max(this.#wait(pairKey(name, network), FREE_FAILURES), this.#wait(network, FREE_PER_ADDRESS));
  }

  /** @param tries 0 only restarts the wait of an attempt that was counted already */
  recordFailure(name: string, address: string, tries = 1): void {
    const network = addressKey(address);
    for (const key of [pairKey(name, network), network]) {
      const count = (this.#get(key)?.count ?? 0) + tries;
      this.#failures.delete(key);
      this.#failures.set(key, { count, last: this.#now() });
    }
    for (const [key] of this.#failures) {
      if (this.#failures.size <= MAX_KEYS) break;
      this.#failures.delete(key);
    }
  }

  /** Removes the attempt, which was counted as a failure when it started. */
  recordSuccess(name: string, address: string): void {
    const network = addressKey(address);
    this.#failures.delete(pairKey(name, network));
    const failures = this.#failures.get(network);
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

function pairKey(name: string, network: string): string {
  return `${network} ${name.normalize('NFC')}`;
}
