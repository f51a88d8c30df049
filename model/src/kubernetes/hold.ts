/** The hold of a queue after a failed run, and how it is released. Pure. */
import type { Sequencer, SequencerStatus } from './sequencer.ts';

export type Hold = NonNullable<SequencerStatus['hold']>;

/** The value of `spec.resumeAfter` that releases the hold. Older holds have no `resume`: their value is the run's name. */
export function resumeValue({ run, resume }: Pick<Hold, 'run' | 'resume'>): string {
  return resume ?? run;
}

/**
 * The value for a new hold: the run's name. If `spec.resumeAfter` has this name already, it released the hold of an earlier
 * run of the same name; the new hold then needs the uid.
 */
export function newResumeValue(run: { name: string; uid: string }, resumeAfter: string | undefined): string {
  return resumeAfter === run.name ? run.uid : run.name;
}

/** The hold, or undefined once `spec.resumeAfter` has released it. */
export function activeHold<T extends Pick<Hold, 'run' | 'resume'>>(
  hold: T | undefined,
  { resumeAfter }: Pick<Sequencer['spec'], 'resumeAfter'>,
): T | undefined {
  return hold && resumeValue(hold) !== resumeAfter ? hold : undefined;
}
