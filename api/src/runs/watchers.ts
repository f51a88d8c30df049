/** Number of clients that follow each run. */
import type { Signal } from '../lib/signal.ts';

export class Watchers {
  readonly #counts = new Map<string, number>();
  /** Numbers that other replicas of the API reported. */
  readonly #remote = new Map<string, Map<string, number>>();
  /** Reports the number of this process to the other replicas. */
  announce: (run: string, count: number) => void = () => undefined;

  of(run: string): number {
    let count = this.#counts.get(run) ?? 0;
    for (const other of this.#remote.values()) count += other.get(run) ?? 0;
    return count;
  }

  /** The numbers of this process, by run. */
  local(): [string, number][] {
    return [...this.#counts];
  }

  setRemote(replica: string, run: string, count: number): void {
    const counts = this.#remote.get(replica) ?? new Map<string, number>();
    if (count > 0) counts.set(run, count);
    else counts.delete(run);
    this.#remote.set(replica, counts);
  }

  /** Removes the numbers of replicas that have ended. */
  keepReplicas(replicas: readonly string[]): void {
    for (const replica of [...this.#remote.keys()]) if (!replicas.includes(replica)) this.#remote.delete(replica);
  }

  /** Counts a client until the returned function is called. Reports both changes to the other replicas. */
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
