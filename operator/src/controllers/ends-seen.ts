/** The API commits the outcome that it received and writes it to the object, at most once a second. */
const OUTCOME_WITHIN_MS = 5_000;

/** When the ends of scripts were first seen, for which the API may still report the outcome. The keys are the uids of pods. */
export class EndsSeen {
  readonly #seenAt = new Map<string, number>();

  /** In ms: how much longer the API may take. Not by the time of the node, whose clock may differ. */
  msLeft(pod: string, withinMs = OUTCOME_WITHIN_MS): number {
    const seenAt = this.#seenAt.get(pod) ?? performance.now();
    this.#seenAt.set(pod, seenAt);
    return Math.max(0, seenAt + withinMs - performance.now());
  }

  forget(pod: string): void {
    this.#seenAt.delete(pod);
  }
}
