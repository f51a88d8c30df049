/** One line per active run: how it is stopped, and the result. Pure. */
import type { SequencerSummary } from '../api/sequencers.ts';
import type { StopLevel } from '../gql/graphql.ts';
import { displayOfPhase } from '../lib/phases.ts';

type Run = NonNullable<SequencerSummary['activeRun']>;

export interface StopLine {
  telescope: string;
  run: Run;
  /** How many stops the run had when the dialog was sent. */
  stopsBefore: number;
}

/** The active runs, in the order of the telescopes. */
export function stopLines(sequencers: readonly SequencerSummary[]): StopLine[] {
  return sequencers.flatMap(({ name, activeRun: run }) =>
    run ? [{ telescope: name, run, stopsBefore: run.stops.length }] : [],
  );
}

/**
 * The result of a line that was sent, from the state that the server shows now.
 *
 * @param level null: the run was not to be stopped
 */
export function outcomeOf(
  { telescope, run, stopsBefore }: StopLine,
  level: StopLevel | null,
  sequencers: readonly SequencerSummary[],
  isPending: boolean,
): string {
  const sequencer = sequencers.find(({ name }) => name === telescope);
  const active = sequencer?.activeRun;
  if (active?.id !== run.id) {
    const last = sequencer?.lastRun;
    return last?.id === run.id ? displayOfPhase(last.phase).word : 'Ended';
  }
  if (level === null) return 'Continues';
  if (active.stops.length > stopsBefore) return 'Received';
  return isPending ? 'Sending …' : 'Not received';
}
