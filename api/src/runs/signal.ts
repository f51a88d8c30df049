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

  /** Resolves when it has changed since `seen`, or when the wait is given up. */
  async after(seen: number, stopped: AbortSignal): Promise<void> {
    if (this.#version !== seen || stopped.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiters.delete(wake);
        stopped.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiters.add(wake);
      stopped.addEventListener('abort', wake);
    });
  }
}
