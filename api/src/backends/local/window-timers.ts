/** Wakes each sequencer when the window of its next queued run opens or ends: one timer a sequencer, however long its queue. */

/** How often the clock is read again: it may be set, and `setTimeout` is limited to 24.8 days. */
const LONGEST_MS = 60_000;

export class WindowTimers {
  readonly #wake: (sequencer: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(wake: (sequencer: string) => void) {
    this.#wake = wake;
  }

  /** Sets when to wake the sequencer, instead of any earlier time. Null: not at all. */
  set(sequencer: string, at: Date | null): void {
    clearTimeout(this.#timers.get(sequencer));
    this.#timers.delete(sequencer);
    if (!at) return;
    const delay = Math.min(Math.max(at.getTime() - Date.now(), 0), LONGEST_MS);
    const timer = setTimeout(() => {
      this.#check(sequencer, at);
    }, delay).unref();
    this.#timers.set(sequencer, timer);
  }

  #check(sequencer: string, at: Date): void {
    const isTime = at.getTime() <= Date.now();
    this.set(sequencer, isTime ? null : at);
    if (isTime) this.#wake(sequencer);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
