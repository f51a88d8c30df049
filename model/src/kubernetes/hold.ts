/** The hold of a queue after a bad end, and what ends it. Pure. */
import type { Sequencer, SequencerStatus } from './sequencer.ts';

export type Hold = NonNullable<SequencerStatus['hold']>;

/** What `spec.resumeAfter` has to say for the queue to go on. Holds of before there was the field go by the name. */
export function resumeWord({ run, resume }: Pick<Hold, 'run' | 'resume'>): string {
  return resume ?? run;
}

/** The same for a new hold: a name that is there already was said of an earlier run, whose name this one has again. */
export function newResumeWord(run: { name: string; uid: string }, resumeAfter: string | undefined): string {
  return resumeAfter === run.name ? run.uid : run.name;
}

/** The hold, until somebody has said that the queue may go on. */
export function inForce<T extends Pick<Hold, 'run' | 'resume'>>(
  hold: T | undefined,
  { resumeAfter }: Pick<Sequencer['spec'], 'resumeAfter'>,
): T | undefined {
  return hold && resumeWord(hold) !== resumeAfter ? hold : undefined;
}
