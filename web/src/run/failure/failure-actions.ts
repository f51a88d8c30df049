/** Describes the consequence of each action that resolves a failure. Pure. */
import type { RunView, StatementView } from '@sequencer/model/run-view';
import type { Frame } from '@sequencer/model/events';
import { SCRIPT } from '../record/source-location.ts';
import { statementName } from '../../lib/statement-text.ts';

/** Number of calls that are named; the call stack panel lists all. */
const MAX_CALLS = 2;

export interface FailureActionTexts {
  statement: StatementView | null;
  retry: string;
  skip: string;
  edit: string;
  stop: string;
}

export function failureActions(
  view: Pick<RunView, 'failure' | 'statements'>,
  lines: readonly string[],
): FailureActionTexts {
  const { statements } = view;
  const statement = statements[view.failure?.statement ?? -1] ?? null;
  const next = statement ? statements[statement.index + 1] : undefined;
  const first = statement?.firstLine ?? 1;
  // The line break at the end of a file begins no further line.
  const last = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  return {
    statement,
    retry: 'run it again from its start',
    skip: next
      ? `continue with statement ${String(next.index + 1)}: ${statementName(lines, next)}`
      : 'it is the last statement: the run ends',
    edit: last > first ? `lines ${String(first)} to ${String(last)}` : `line ${String(first)}`,
    stop: 'no further statement',
  };
}

/** Splits an exception message into its first line and the rest, because replies of agents are long. */
export function splitMessage(message: string): { head: string; rest: string } {
  const [head = '', ...rest] = message.trim().split('\n');
  return { head, rest: rest.join('\n').trimEnd() };
}

/** Where the first cause was raised, if below the script: `sorunlib/_internal.py:85 in check_running ← …`. */
export function raiseLocation(stack: readonly Frame[]): string | null {
  const calls = stack.slice(stack.findLastIndex((call) => call.file === SCRIPT) + 1).toReversed();
  if (calls.length === 0) return null;
  const text = ({ file, line, function: name }: Frame) =>
    `${file.split('/').slice(-2).join('/')}:${String(line)} in ${name}`;
  return calls.slice(0, MAX_CALLS).map(text).join(' ← ') + (calls.length > MAX_CALLS ? ' ← …' : '');
}

/** What continuing with another statement skips or repeats. */
export function goToEffect(failed: number, target: number): string {
  const range = (from: number, to: number) =>
    from === to ? `statement ${String(from + 1)}` : `statements ${String(from + 1)} to ${String(to + 1)}`;
  if (target > failed) return `Skips ${range(failed, target - 1)}.`;
  if (target === failed) return 'The same as Retry.';
  return `Runs ${range(target, failed)} again, including their actions on the telescope.`;
}
