/**
 * The requested mode of each sequencer, from every version of the object that the watch delivers: a tool may overwrite what
 * a person wrote before the sequencer is reconciled.
 */
import { keyOf } from '@sequencer/kubernetes/reflector';
import { requestedMode, type RequestedMode } from '@sequencer/model/kubernetes/mode';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';

interface Observed {
  uid: string;
  generation: number;
  requested: RequestedMode;
}

export class RequestedModes {
  readonly #observed = new Map<string, Observed>();

  observe(before: Sequencer | undefined, after: Sequencer | undefined): void {
    if (!after) {
      if (before) this.#observed.delete(keyOf(before));
      return;
    }
    const { uid, generation = 0 } = after.metadata;
    this.#observed.set(keyOf(after), { uid, generation, requested: requestedMode(after, this.#last(after)) });
  }

  /** With the object as it is in the cache. */
  of(sequencer: Sequencer): RequestedMode {
    return requestedMode(sequencer, this.#last(sequencer));
  }

  /** The record of the status, unless a later version of the object was observed here. */
  #last({ metadata, status }: Sequencer): RequestedMode | undefined {
    const own = this.#observed.get(`${metadata.namespace}/${metadata.name}`);
    const recorded = status?.requestedMode;
    if (own?.uid !== metadata.uid) return recorded;
    return recorded && (status.observedGeneration ?? 0) >= own.generation ? recorded : own.requested;
  }
}
