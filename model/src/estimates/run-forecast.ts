/** How an active run keeps to its plan: what the record predicts from its start, compared with what is expected now. Pure. */
import type { StatementView } from '../run-view.ts';
import { statementMs } from '../statement-time.ts';
import type { Typical } from './durations.ts';
import { estimateScript, type EstimatedPart, type PartEstimate } from './script-estimate.ts';

/** Less is on plan. */
export const ON_PLAN_MS = 60_000;

export interface RunForecast {
  /** Null if the time of a statement is unknown. In ms since 1970, as all times here. */
  end: number | null;
  /** How much later than planned the running statement is expected to end; negative if earlier. Null if that is unknown. */
  behindMs: number | null;
  /** When an absolute wait makes up for it, and the line of that wait. Null if none does, or if the run is not behind. */
  regained: { at: number; line: number } | null;
  /** The record of the running statement. */
  usual: Typical | null;
}

export type ForecastStatement = Pick<
  StatementView,
  'firstLine' | 'state' | 'startedAt' | 'finishedAt' | 'pausedMs' | 'pausedSince'
>;

/**
 * @param parts what the record has for each statement
 * @param startedAt when the first statement started
 */
export function forecastRun(
  statements: readonly ForecastStatement[],
  parts: readonly EstimatedPart[],
  startedAt: number,
  now: number,
): RunForecast {
  const rest = statements.findIndex(({ state }) => state === 'RUNNING' || state === 'PENDING');
  if (rest < 0) return { end: null, behindMs: null, regained: null, usual: null };
  const expected = estimateScript(restOf(statements.slice(rest), parts.slice(rest), now), now);
  const planned = estimateScript(planOf(statements, parts), startedAt).parts.slice(rest);
  const late = expected.parts.map((part, index) => lateness(part, planned[index]));
  const behindMs = late[0] ?? null;
  const caughtUp = (behindMs ?? 0) < ON_PLAN_MS ? -1 : late.findIndex((ms) => ms !== null && ms < ON_PLAN_MS);
  const at = expected.parts[caughtUp]?.endsAt ?? null;
  const line = statements[rest + caughtUp]?.firstLine;
  return {
    end: expected.endsAt,
    behindMs,
    regained: caughtUp > 0 && at !== null && line !== undefined ? { at, line } : null,
    usual: statements[rest]?.state === 'RUNNING' ? (parts[rest]?.typical ?? null) : null,
  };
}

/** What is left. A statement that was skipped takes nothing. */
function restOf(
  statements: readonly ForecastStatement[],
  parts: readonly EstimatedPart[],
  now: number,
): EstimatedPart[] {
  return statements.map((statement, index) => {
    if (statement.state !== 'RUNNING' && statement.state !== 'PENDING') return took(0);
    const elapsedMs = statement.state === 'RUNNING' ? (statementMs(statement, now) ?? 0) : 0;
    return { ...(parts[index] ?? took(null)), elapsedMs };
  });
}

/** The plan has the recorded times. A statement without a record that has ended counts with the time that it took. */
function planOf(statements: readonly ForecastStatement[], parts: readonly EstimatedPart[]): EstimatedPart[] {
  return statements.map((statement, index) => {
    const part = parts[index] ?? took(null);
    if (statement.state === 'SKIPPED') return took(0);
    if (part.wait || part.typical || statement.finishedAt === null) return part;
    return took((statementMs(statement, Date.parse(statement.finishedAt)) ?? 0) / 1000);
  });
}

function took(seconds: number | null): EstimatedPart {
  if (seconds === null) return { wait: null, typical: null };
  return { wait: null, typical: { typicalSeconds: seconds, lowSeconds: seconds, highSeconds: seconds, basis: 0 } };
}

function lateness(expected: PartEstimate, planned: PartEstimate | undefined): number | null {
  if (expected.endsAt === null || planned?.endsAt == null) return null;
  return expected.endsAt - planned.endsAt;
}
