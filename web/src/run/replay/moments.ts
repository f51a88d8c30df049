/** The moments of a run that a person goes to: where its statements began, and its ends. Pure. */
import type { StatementView } from '@sequencer/model/run-view';

/** The beginning of the statement before (-1) or after (1) the moment; the end of the run where there is none. */
export function statementMoment(
  statements: readonly Pick<StatementView, 'startedAt'>[],
  begin: number,
  end: number,
  moment: number,
  by: 1 | -1,
): number {
  const starts = statements.flatMap((s) => (s.startedAt ? [Date.parse(s.startedAt)] : [])).toSorted((a, b) => a - b);
  if (by === 1) return starts.find((start) => start > moment) ?? end;
  return starts.findLast((start) => start < moment) ?? begin;
}
