/** Delays that double with each failure, with jitter, so that many clients do not retry at the same time. */
export class BackOff {
  readonly #first: number;
  readonly #longest: number;
  #failures = 0;

  constructor(firstMs: number, longestMs: number) {
    this.#first = firstMs;
    this.#longest = longestMs;
  }

  get failures(): number {
    return this.#failures;
  }

  /** The next wait in ms: between half of it and all of it. */
  next(): number {
    const full = Math.min(this.#longest, this.#first * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return full * (0.5 + Math.random() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
