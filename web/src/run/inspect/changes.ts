/** Which values are not as they were when their trace stopped before. Pure. */

/** What is remembered; older ones are forgotten, and count as new. */
const KEPT = 5000;

export class Changes {
  readonly #seen = new Map<string, { prompt: number; value: string; changed: boolean }>();

  /** Whether what is seen at this prompt under the key differs from what was seen at one before. */
  note(key: string, prompt: number, value: string): boolean {
    const before = this.#seen.get(key);
    if (before?.prompt === prompt && before.value === value) return before.changed;
    const changed = before !== undefined && (before.value !== value || (before.prompt === prompt && before.changed));
    this.#seen.delete(key);
    this.#seen.set(key, { prompt, value, changed });
    if (this.#seen.size > KEPT) this.#seen.delete(this.#seen.keys().next().value ?? key);
    return changed;
  }
}
