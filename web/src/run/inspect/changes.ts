/** Marks values that changed since the previous stop of their trace. Pure. */

/** Number of values kept. A value that was dropped counts as new. */
const MAX_VALUES = 5000;

export class Changes {
  readonly #seen = new Map<string, { prompt: number; value: string; changed: boolean }>();

  /** Records a value at a prompt. Returns whether it differs from that of an earlier prompt. */
  note(key: string, prompt: number, value: string): boolean {
    const before = this.#seen.get(key);
    if (before?.prompt === prompt && before.value === value) return before.changed;
    const changed = before !== undefined && (before.value !== value || (before.prompt === prompt && before.changed));
    this.#seen.delete(key);
    this.#seen.set(key, { prompt, value, changed });
    if (this.#seen.size > MAX_VALUES) this.#seen.delete(this.#seen.keys().next().value ?? key);
    return changed;
  }
}
