/**
 * The time of a statement: from its first line to its end, without the time in which its thread was stopped at a prompt.
 * `fold.ts` keeps it, and every page and the API read it here. Pure.
 */
import type { RunView, StatementView, TraceView } from './run-view.ts';

export type StatementTimes = Pick<StatementView, 'startedAt' | 'finishedAt' | 'pausedMs' | 'pausedSince'>;

export const NO_TIMES: StatementTimes = { startedAt: null, finishedAt: null, pausedMs: 0, pausedSince: null };

/** The trace of the main thread, which runs the statements. */
const MAIN_TRACE = 1;

/** How long a statement has run, in ms; null before its first line. */
export function statementMs(times: StatementTimes, now: number): number | null {
  const { startedAt, finishedAt, pausedMs, pausedSince } = times;
  if (startedAt === null) return null;
  const end = finishedAt ?? pausedSince;
  return Math.max(0, (end === null ? now : Date.parse(end)) - Date.parse(startedAt) - pausedMs);
}

/** Whether the statement is the next one: the script is stopped before its first line. */
export function isNext({ state, startedAt }: Pick<StatementView, 'state' | 'startedAt'>): boolean {
  return state === 'RUNNING' && startedAt === null;
}

/** A trace has stopped at a prompt: its thread no longer runs the statement. `isBefore`: before its first line. */
export function pauseStatement(view: RunView, trace: TraceView, at: string, isBefore: boolean): void {
  const statement = runningStatement(view);
  if (!statement || !isInMainThread(trace)) return;
  if (isBefore) statement.startedAt = null;
  else statement.pausedSince ??= at;
}

/** A trace has left its prompt: the statement runs again, unless another trace stops its thread. */
export function resumeStatement(view: RunView, at: string): void {
  const statement = runningStatement(view);
  if (!statement || view.traces.some((trace) => trace.prompt && isInMainThread(trace))) return;
  statement.startedAt ??= at;
  addPause(statement, at);
}

/** The statement has ended. One that was stopped before its first line has not run. */
export function finishStatement(statement: StatementView, at: string): void {
  addPause(statement, at);
  statement.finishedAt = at;
}

function addPause(statement: StatementView, at: string): void {
  if (statement.pausedSince === null) return;
  statement.pausedMs += Math.max(0, Date.parse(at) - Date.parse(statement.pausedSince));
  statement.pausedSince = null;
}

function runningStatement({ statement, statements }: RunView): StatementView | null {
  const current = statement === null ? undefined : statements[statement];
  return current?.state === 'RUNNING' ? current : null;
}

/** The tasks of a loop share its thread: one stopped task stops the statement that runs the loop. */
function isInMainThread({ id, thread }: TraceView): boolean {
  return (thread ?? id) === MAIN_TRACE;
}
