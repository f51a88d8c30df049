/** Tells waiters that something has changed. It carries no data: whoever wakes up looks at what is true then. */
export class Signal {
  #version = 0;
  #waiters = new Set<() => void>();

  get version(): number {
    return this.#version;
  }

  notify(): void {
    this.#version += 1;
    const waiters = this.#waiters;
    this.#waiters = new Set();
    for (const wake of waiters) wake();
  }

  /** Resolves when it has changed since `seen`, when the wait is given up, or after `mostMs`. */
  async after(seen: number, signal: AbortSignal, timeoutMs?: number): Promise<void> {
    if (this.#version !== seen || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs);
      this.#waiters.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
