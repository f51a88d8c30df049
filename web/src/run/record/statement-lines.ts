/** The lines of the script that describe where a statement is. Pure. */
import type { RunView, StatementView } from '@sequencer/model/run-view';
import { SCRIPT } from './source-location.ts';

export interface StatementLines {
  /** A line of the statement itself: where the main thread is, or its first one. */
  own: number;
  /** The line outside the statement, such as in a function that it calls, that runs now or has raised the failure. */
  other: number | null;
}

export function statementLines(
  { firstLine, lastLine }: Pick<StatementView, 'firstLine' | 'lastLine'>,
  { traces, failure }: Pick<RunView, 'traces' | 'failure'>,
): StatementLines {
  const main = traces.find((trace) => trace.id === 1);
  const line = failure ? failure.line : main?.file === SCRIPT ? main.line : null;
  if (line === null) return { own: firstLine, other: null };
  return line < firstLine || line > lastLine ? { own: firstLine, other: line } : { own: line, other: null };
}
