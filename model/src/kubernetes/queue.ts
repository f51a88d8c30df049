/** The queue of a sequencer as SequencerRun objects, for the operator and the API. Pure. */
import type { WaitingRun } from '../queue.ts';
import { byCreation } from './metadata.ts';
import { ANNOTATIONS } from './names.ts';
import type { SequencerStatus } from './sequencer.ts';
import type { SequencerRun } from './sequencer-run.ts';
import { windowOf } from './window.ts';

/** The place from the annotation, if the run was moved; else `status.place`. A run without a place is last. */
export function placeOf(run: SequencerRun): number {
  const moved = run.metadata.annotations?.[ANNOTATIONS.place];
  const place = moved === undefined ? NaN : Number(moved);
  return Number.isFinite(place) && moved?.trim() ? place : (run.status?.place ?? Infinity);
}

/** Sorts the next run first. Runs with the same place are sorted by creation. */
export function byPlace(a: SequencerRun, b: SequencerRun): number {
  const [one, other] = [placeOf(a), placeOf(b)];
  return (one === other ? 0 : one - other) || byCreation(a, b);
}

/** Whether the run is in the queue: not started, not ended, not cancelled, and not being deleted. */
export function isWaiting(run: SequencerRun): boolean {
  const phase = run.status?.phase ?? 'Queued';
  return phase === 'Queued' && run.spec.desiredState !== 'Cancelled' && run.metadata.deletionTimestamp === undefined;
}

/** Whether a queued run is to start in every mode. */
export function requestsStart({ spec }: SequencerRun): boolean {
  return spec.desiredState === 'Running' || spec.desiredState === 'Paused';
}

/** The generation in which the run got its `desiredState`. Edits of other fields do not change it. */
export function requestOf({ metadata, spec, status }: SequencerRun): { uid: string; generation: number } {
  const { uid, generation = 0 } = metadata;
  const request = status?.request;
  return { uid, generation: request?.desiredState === spec.desiredState ? request.generation : generation };
}

/** Identifies a request in a list of held runs. */
export function requestKey({ uid, generation }: { uid: string; generation: number }): string {
  return `${uid}/${String(generation)}`;
}

type Held = Pick<NonNullable<SequencerStatus['hold']>, 'runs'>;

/** Runs that were requested to start before a hold, and not again since. They stay held after the hold is released. */
export function heldRuns(status: SequencerStatus | undefined): Held {
  return { runs: [...(status?.hold?.runs ?? []), ...(status?.waits ?? [])] };
}

/**
 * The queued runs in order, as input of the queue rule `decideQueue`; the id is the uid.
 *
 * @param held see `heldRuns`: their `desiredState: Running` has no effect
 */
export function waitingRuns(runs: Iterable<SequencerRun>, held: Held | undefined): WaitingRun[] {
  const heldKeys = new Set((held?.runs ?? []).map(requestKey));
  return [...runs]
    .filter(isWaiting)
    .sort(byPlace)
    .map((run) => ({
      id: run.metadata.uid,
      start: requestsStart(run) && !heldKeys.has(requestKey(requestOf(run))) ? 'RUNNING' : 'QUEUED',
      onHold: run.spec.desiredState === 'Held',
      ...windowOf(run.spec),
      resources: run.spec.resources ?? [],
    }));
}
