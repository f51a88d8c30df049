/** The times that a replay steps to: the start of each statement, and both ends of the run. Pure. */
import type { StatementView } from '@sequencer/model/run-view';

/** Start of the statement before (-1) or after (1) a time; the beginning or end of the run if there is none. */
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
