/** How many clients follow each run now. */
import type { Signal } from '../lib/signal.ts';

export class Watchers {
  readonly #counts = new Map<string, number>();
  /** What other replicas of the API say of theirs. */
  readonly #remote = new Map<string, Map<string, number>>();
  /** Where there are other replicas, these are told. */
  announce: (run: string, count: number) => void = () => undefined;

  of(run: string): number {
    let count = this.#counts.get(run) ?? 0;
    for (const other of this.#remote.values()) count += other.get(run) ?? 0;
    return count;
  }

  /** Those of this process, by run. */
  local(): [string, number][] {
    return [...this.#counts];
  }

  setRemote(replica: string, run: string, count: number): void {
    const counts = this.#remote.get(replica) ?? new Map<string, number>();
    if (count > 0) counts.set(run, count);
    else counts.delete(run);
    this.#remote.set(replica, counts);
  }

  /** Forgets what replicas have said that are gone. */
  keepReplicas(replicas: readonly string[]): void {
    for (const replica of [...this.#remote.keys()]) if (!replicas.includes(replica)) this.#remote.delete(replica);
  }

  /** Counts one more until the function that is returned is called; the others hear of both. */
  enter(run: string, signal: Signal): () => void {
    this.#change(run, 1, signal);
    return () => {
      this.#change(run, -1, signal);
    };
  }

  #change(run: string, by: number, signal: Signal): void {
    const count = (this.#counts.get(run) ?? 0) + by;
    if (count > 0) this.#counts.set(run, count);
    else this.#counts.delete(run);
    this.announce(run, count);
    signal.notify();
  }
}
