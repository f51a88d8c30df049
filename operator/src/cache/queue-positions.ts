/** Assigns each new run a position behind the other runs of its sequencer, in the order of creation. */
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

export class QueuePositions {
  /** The last position that is taken, by sequencer. */
  readonly #last = new Map<string, number>();
  /** Positions that are not in the status of their run yet, by uid. */
  readonly #assigned = new Map<string, number>();

  /** Has to be called in the order in which the API server reports the runs: it becomes the order of the queue. */
  observe({ metadata, spec, status }: SequencerRun): void {
    const sequencer = `${metadata.namespace}/${spec.sequencer}`;
    const last = this.#last.get(sequencer) ?? 0;
    if (status?.place !== undefined) {
      this.#assigned.delete(metadata.uid);
      this.#last.set(sequencer, Math.max(last, status.place));
    } else if (!this.#assigned.has(metadata.uid)) {
      this.#assigned.set(metadata.uid, last + 1);
      this.#last.set(sequencer, last + 1);
    }
  }

  forget({ metadata }: SequencerRun): void {
    this.#assigned.delete(metadata.uid);
  }

  of({ metadata, status }: SequencerRun): number {
    return status?.place ?? this.#assigned.get(metadata.uid) ?? 0;
  }
}
