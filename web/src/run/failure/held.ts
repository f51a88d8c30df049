/** What would follow each way out of a failure, in words. Pure. */
import type { RunView, StatementView } from '@sequencer/model/run-view';
import { plural } from '../../lib/format.ts';
import { statementName } from '../statement-text.ts';

export interface WaysOut {
  statement: StatementView | null;
  retry: string;
  skip: string;
  edit: string;
  stop: string;
}

export function waysOut(view: Pick<RunView, 'failure' | 'statements'>, lines: readonly string[]): WaysOut {
  const { statements } = view;
  const statement = statements[view.failure?.statement ?? -1] ?? null;
  const next = statement ? statements[statement.index + 1] : undefined;
  const first = statement?.firstLine ?? 1;
  return {
    statement,
    retry: statement ? `from its start; failed ${plural(Math.max(1, statement.attempts), 'time')}` : 'from its start',
    skip: next ? `go on with ${String(next.index + 1)}, ${statementName(lines, next)}` : 'it is the last: the run ends',
    edit: `lines ${String(first)} to ${String(Math.max(first, lines.length))}`,
    stop: 'no further statement',
  };
}

/** What going on at another statement leaves out, or does once more. */
export function goToText(failed: number, target: number): string {
  const range = (from: number, to: number) =>
    from === to ? `statement ${String(from + 1)}` : `statements ${String(from + 1)} to ${String(to + 1)}`;
  if (target > failed) return `Leaves out ${range(failed, target - 1)}.`;
  if (target === failed) return 'The same as a retry.';
  return `Runs ${range(target, failed)} again: what they did to the telescope, they do again.`;
}
