/**
 * Deduplicating work queue with a back-off for each key, after client-go's workqueue.
 *
 * Contract
 * - A key is processed by one worker at a time. `add` of a queued key does nothing. `add` of a key that is being processed
 *   queues it once more, so that the latest change is always processed.
 * - A key whose work throws is requeued after a delay that doubles with each failure. Success resets the delay.
 *   A key whose work returns `requeueAfterMs` is requeued after at most that time.
 * - Keys are processed in the order in which they were added, and only while `run` is active. When its signal is aborted,
 *   no work is started, and `run` resolves when the work in progress has ended.
 */
import { BackOff } from './back-off.ts';
import type { ReconcileResult } from './reconcile-result.ts';

export interface WorkQueueOptions {
  work: (key: string) => Promise<ReconcileResult>;
  /** Called with each failure, and with the delay before the retry. */
  onFailure: (key: string, error: unknown, delayMs: number) => void;
  workers: number;
  firstDelayMs?: number;
  maxDelayMs?: number;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #queued = new Set<string>();
  readonly #processing = new Map<string, Promise<void>>();
  /** Keys that were added while they were processed. */
  readonly #dirty = new Set<string>();
  readonly #timers = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  readonly #backOffs = new Map<string, BackOff>();
  #running = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** The number of keys that wait for a worker. */
  get depth(): number {
    return this.#queued.size;
  }

  add(key: string): void {
    if (this.#processing.has(key)) this.#dirty.add(key);
    else this.#queued.add(key);
    this.#startWorkers();
  }

  /** Adds the key after a delay. Of several delays the earliest counts. */
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
    this.#startWorkers();
    if (!signal.aborted) {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
    }
    this.#running = false;
    await Promise.all(this.#processing.values());
  }

  /** Drops all queued and delayed keys, and resets the back-offs. */
  clear(): void {
    this.#queued.clear();
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#backOffs.clear();
  }

  #startWorkers(): void {
    for (const key of this.#queued) {
      if (!this.#running || this.#processing.size >= this.#options.workers) return;
      this.#queued.delete(key);
      this.#processing.set(key, this.#process(key));
    }
  }

  async #process(key: string): Promise<void> {
    try {
      const { requeueAfterMs } = await this.#options.work(key);
      this.#backOffs.delete(key);
      if (requeueAfterMs !== undefined) this.addAfter(key, requeueAfterMs);
    } catch (error) {
      const backOff =
        this.#backOffs.get(key) ?? new BackOff(this.#options.firstDelayMs ?? 50, this.#options.maxDelayMs ?? 30_000);
      this.#backOffs.set(key, backOff);
      const delay = backOff.next();
      this.#options.onFailure(key, error, delay);
      this.addAfter(key, delay);
    } finally {
      this.#processing.delete(key);
      if (this.#dirty.delete(key)) this.#queued.add(key);
      this.#startWorkers();
    }
  }
}
