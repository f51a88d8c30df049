/**
 * The request of each run: its `desiredState`, and the generation in which it was set. From every version of the object that
 * the watch delivers, because a run may be set to Queued and back to Running before it is reconciled.
 */
import type { RunStatus, SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

type Request = NonNullable<RunStatus['request']>;

export class RunRequests {
  /** By uid; only of runs whose desiredState was changed. */
  readonly #observed = new Map<string, Request>();

  observe(before: SequencerRun | undefined, after: SequencerRun | undefined): void {
    if (before && before.metadata.uid !== after?.metadata.uid) {
      this.#observed.delete(before.metadata.uid);
    } else if (before && after && before.spec.desiredState !== after.spec.desiredState) {
      this.#observed.set(after.metadata.uid, requestAt(after));
    }
  }

  of(run: SequencerRun): Request {
    const recorded = run.status?.request;
    const observed = this.#observed.get(run.metadata.uid);
    const last = observed && observed.generation > (recorded?.generation ?? 0) ? observed : recorded;
    return last?.desiredState === run.spec.desiredState ? last : requestAt(run);
  }
}

function requestAt({ metadata, spec }: SequencerRun): Request {
  return { desiredState: spec.desiredState, generation: metadata.generation ?? 0 };
}
