/** Gives each new run a place behind those of its sequencer, in the order in which the API server took them. */
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

export class Places {
  readonly #last = new Map<string, number>();
  readonly #given = new Map<string, number>();

  /** The changes of objects come in the order in which they were made, so the order of calls is that of the queue. */
  saw({ metadata, spec, status }: SequencerRun): void {
    const sequencer = `${metadata.namespace}/${spec.sequencer}`;
    const last = this.#last.get(sequencer) ?? 0;
    if (status?.place !== undefined) {
      this.#given.delete(metadata.uid);
      this.#last.set(sequencer, Math.max(last, status.place));
    } else if (!this.#given.has(metadata.uid)) {
      this.#given.set(metadata.uid, last + 1);
      this.#last.set(sequencer, last + 1);
    }
  }

  forget({ metadata }: SequencerRun): void {
    this.#given.delete(metadata.uid);
  }

  of({ metadata, status }: SequencerRun): number {
    return status?.place ?? this.#given.get(metadata.uid) ?? 0;
  }
}
