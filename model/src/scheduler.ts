/**
 * The rule of the mode SCHEDULER: when to pull the next schedule. Pure: the API uses it on one machine, and the operator in a
 * cluster.
 */
import type { Mode, WaitingRun } from './queue.ts';

/** Failed pulls in a row that set the mode to Off. */
export const MOST_FAILED_PULLS = 3;
/** Between the starts of two automatic pulls. A schedule may end early, and the scheduler must not be flooded. */
const SHORTEST_INTERVAL_MS = 10_000;
/** A shorter time until the window of a queued run is not worth a schedule. */
const SHORTEST_SCHEDULE_MS = 5 * 60_000;
const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 300_000;

/** `NONE` is neither: it was cancelled, or the API stopped in between. */
export type PullOutcome = 'SUCCEEDED' | 'FAILED' | 'NONE';

/** An automatic pull that has ended. It failed also if its runner refused the script. */
export interface PullAttempt {
  at: Date;
  endedAt: Date;
  outcome: PullOutcome;
}

export interface SchedulerSituation {
  mode: Mode;
  /** Whether a run is active on the telescope. */
  active: boolean;
  /** Whether a runner is connected, so that a script can be checked and started. */
  connected: boolean;
  /** The queue. Runs on hold do not count. */
  waiting: readonly WaitingRun[];
  /** Whether a pull of this telescope is in progress, of a person or automatic. */
  pulling: boolean;
  /** Since the mode was set, the newest first. */
  attempts: readonly PullAttempt[];
}

export type SchedulerDecision =
  /** Pull a schedule that ends by this time, when the window of a queued run opens; null: as long as the settings say. */
  | { action: 'PULL'; endBy: Date | null }
  /** After too many failures. */
  | { action: 'TURN_OFF' }
  /** Until this time; null until something else changes. */
  | { action: 'WAIT'; until: Date | null };

/** What the mode SCHEDULER does now. An empty queue is a reason to pull, never to turn the mode off. */
export function decidePull(situation: SchedulerSituation, now: Date): SchedulerDecision {
  const { mode, active, connected, waiting, pulling, attempts } = situation;
  if (mode !== 'SCHEDULER') return { action: 'WAIT', until: null };
  const failures = failedPulls(attempts);
  if (failures >= MOST_FAILED_PULLS) return { action: 'TURN_OFF' };
  const queued = waiting.filter((run) => run.onHold !== true);
  const hasRun = queued.some(({ notBefore }) => !notBefore || notBefore <= now);
  if (active || !connected || pulling || hasRun) return { action: 'WAIT', until: null };
  const opens = queued.flatMap(({ notBefore }) => notBefore ?? []).toSorted((a, b) => a.getTime() - b.getTime());
  const [endBy = null] = opens;
  if (endBy && endBy.getTime() - now.getTime() < SHORTEST_SCHEDULE_MS) return { action: 'WAIT', until: endBy };
  const until = earliestPull(attempts, failures, now);
  return until > now ? { action: 'WAIT', until } : { action: 'PULL', endBy };
}

/** The number of failed pulls in a row up to now. */
export function failedPulls(attempts: readonly PullAttempt[]): number {
  const counted = attempts.filter(({ outcome }) => outcome !== 'NONE');
  const others = counted.findIndex(({ outcome }) => outcome !== 'FAILED');
  return others === -1 ? counted.length : others;
}

function retryDelay(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
}

function earliestPull([last]: readonly PullAttempt[], failures: number, now: Date): Date {
  if (!last) return now;
  const delay = failures > 0 ? retryDelay(failures) : SHORTEST_INTERVAL_MS;
  const since = failures > 0 ? last.endedAt : last.at;
  // After a clock was set back, the last pull seems to be in the future.
  const isAhead = since.getTime() > now.getTime() + delay;
  return isAhead ? now : new Date(since.getTime() + delay);
}

/** The cause of the mode Off, for use inside a sentence. @param last the message of the last failed pull */
export function failedPullsCause(failures: number, last: string | null): string {
  const reason = last === null ? '' : `. The last one: ${last.replace(/\.$/, '')}`;
  return `${String(failures)} pulls from the scheduler failed in a row${reason}`;
}
