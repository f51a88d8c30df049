/** The state of a statement as pages show it: what was under way when the run was stopped did not fail by itself. */
import type { StatementState } from '@sequencer/model/events';
import type { RunView, StatementView } from '@sequencer/model/run-view';

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
  const itself = failure?.statement === index && failure.exception !== 'KeyboardInterrupt';
  return itself ? state : 'CUT';
}
