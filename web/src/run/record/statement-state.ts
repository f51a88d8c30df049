/** The state of a statement as the page shows it: a statement that a stop cut off is not shown as failed. */
import type { StatementState } from '@sequencer/model/events';
import type { RunView, StatementView } from '@sequencer/model/run-view';
import { isInterruption } from './interruption.ts';

export type ShownState = StatementState | 'CUT';

export function shownState(
  { index, state }: Pick<StatementView, 'index' | 'state'>,
  {
    outcome,
    statement,
    failure,
  }: Pick<RunView, 'outcome' | 'statement'> & {
    failure: { exception: string; statement: number | null } | null;
  },
): ShownState {
  if (state !== 'FAILED' || index !== statement) return state;
  if (outcome === null || outcome === 'SUCCEEDED' || outcome === 'FAILED') return state;
  const failedBeforeStop = failure?.statement === index && !isInterruption(failure.exception);
  return failedBeforeStop ? state : 'CUT';
}
