/** The queue of a sequencer, made of SequencerRun objects. Pure: the operator claims by it, the API shows it. */
import type { WaitingRun } from '../queue.ts';
import { byCreation } from './metadata.ts';
import { ANNOTATIONS } from './names.ts';
import type { SequencerStatus } from './sequencer.ts';
import type { SequencerRun } from './sequencer-run.ts';

/** What people have set by moving the run, or else the place where it came in; what has none yet comes last. */
export function placeOf(run: SequencerRun): number {
  const moved = run.metadata.annotations?.[ANNOTATIONS.place];
  const place = moved === undefined ? NaN : Number(moved);
  return Number.isFinite(place) && moved?.trim() ? place : (run.status?.place ?? Infinity);
}

/** The next one first. Places may be equal for a moment: then the older one comes first. */
export function byPlace(a: SequencerRun, b: SequencerRun): number {
  const [one, other] = [placeOf(a), placeOf(b)];
  return (one === other ? 0 : one - other) || byCreation(a, b);
}

/** Whether the run waits for its turn: it was never claimed, has not ended, and nobody wants it gone. */
export function isWaiting(run: SequencerRun): boolean {
  const phase = run.status?.phase ?? 'Queued';
  return phase === 'Queued' && run.spec.desiredState !== 'Cancelled' && run.metadata.deletionTimestamp === undefined;
}

type Held = Pick<NonNullable<SequencerStatus['hold']>, 'runs'>;

/** The runs of a sequencer that were to start by themselves before a bad end, and were not asked again, also after the hold. */
export function heldRuns(status: SequencerStatus | undefined): Held {
  return { runs: [...(status?.hold?.runs ?? []), ...(status?.waits ?? [])] };
}

/**
 * The waiting runs as the queue rule takes them, in order, by uid.
 *
 * @param held see `heldRuns`: they wait like the others, as everywhere after a bad end
 */
export function waitingRuns(runs: Iterable<SequencerRun>, held: Held | undefined): WaitingRun[] {
  const quiet = new Set((held?.runs ?? []).map(({ uid, generation }) => `${uid}/${String(generation)}`));
  return [...runs]
    .filter(isWaiting)
    .sort(byPlace)
    .map(({ metadata, spec }) => ({
      id: metadata.uid,
      start:
        spec.desiredState === 'Queued' || quiet.has(`${metadata.uid}/${String(metadata.generation)}`)
          ? 'QUEUED'
          : 'RUNNING',
    }));
}
