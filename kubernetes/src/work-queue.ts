/**
 * Which objects are to be looked at.
 *
 * Contract
 * - A key is worked on by one worker at a time. `add` while it waits does nothing; `add` while it is worked on makes it
 *   worked on once more afterwards: the last word is always looked at.
 * - Work that throws is tried again, after a wait that doubles with each failure of this key; success forgets them.
 *   Work that returns a number is done again after so many ms, at the latest.
 * - Keys are taken in the order in which they came. Nothing is worked on before `run`; when its signal is aborted no
 *   more work begins, and `run` ends when the work under way has ended.
 */
import { BackOff } from './back-off.ts';

export interface WorkQueueOptions {
  /** Returns in how many ms to look again, if nothing happens before. */
  work: (key: string) => Promise<number | undefined>;
  /** Told of each failure, before the wait. */
  failed: (key: string, error: unknown, waitMs: number) => void;
  workers: number;
  firstWaitMs?: number;
  longestWaitMs?: number;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  readonly #backOffs = new Map<string, BackOff>();
  #running = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** How many wait for a worker. */
  get depth(): number {
    return this.#waiting.size;
  }

  add(key: string): void {
    if (this.#working.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#fill();
  }

  /** Adds it later. Of several times the earliest counts. */
  addAfter(key: string, ms: number): void {
    const at = performance.now() + ms;
    const planned = this.#timers.get(key);
    if (planned && planned.at <= at) return;
    clearTimeout(planned?.timer);
    const timer = setTimeout(
      () => {
        this.#timers.delete(key);
        this.add(key);
      },
      Math.min(ms, 2 ** 31 - 1),
    );
    timer.unref();
    this.#timers.set(key, { at, timer });
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#running = true;
    this.#fill();
    if (!signal.aborted) {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
    }
    this.#running = false;
    await Promise.all(this.#working.values());
  }

  /** Forgets what waits, now or for later. */
  clear(): void {
    this.#waiting.clear();
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#backOffs.clear();
  }

  #fill(): void {
    for (const key of this.#waiting) {
      if (!this.#running || this.#working.size >= this.#options.workers) return;
      this.#waiting.delete(key);
      this.#working.set(key, this.#work(key));
    }
  }

  async #work(key: string): Promise<void> {
    try {
      const after = await this.#options.work(key);
      this.#backOffs.delete(key);
      if (after !== undefined) this.addAfter(key, after);
    } catch (error) {
      const backOff =
        this.#backOffs.get(key) ?? new BackOff(this.#options.firstWaitMs ?? 50, this.#options.longestWaitMs ?? 30_000);
      this.#backOffs.set(key, backOff);
      const wait = backOff.next();
      this.#options.failed(key, error, wait);
      this.addAfter(key, wait);
    } finally {
      this.#working.delete(key);
      if (this.#again.delete(key)) this.#waiting.add(key);
      this.#fill();
    }
  }
}
