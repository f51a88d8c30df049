/** The record of automatic pulls in the status of a Sequencer. Pure; the operator writes it, and the API reads it. */
import { failedPulls, type PullAttempt, type PullOutcome } from '../scheduler.ts';
import {
  LONGEST_PULL_MESSAGE,
  MOST_EARLIER_PULLS,
  type EndedPull,
  type PullInProgress,
  type SchedulerStatus,
} from './scheduler-schema.ts';
import { boundedText } from '../text.ts';

export type { EndedPull, PullInProgress, SchedulerSpec, SchedulerStatus } from './scheduler-schema.ts';

/** The user of runs that the mode Scheduler submits. */
export const SCHEDULER_USER = 'Scheduler';

/** The ended pulls, the newest first. */
export function endedPulls(status: SchedulerStatus | undefined): EndedPull[] {
  const { lastPull, earlierPulls = [] } = status ?? {};
  return lastPull ? [lastPull, ...earlierPulls] : [];
}

/** @param mode when the current mode was set; failures before do not count */
export function countedPulls(status: SchedulerStatus | undefined, mode: string | undefined): EndedPull[] {
  return endedPulls(status).filter((pull) => pull.mode === mode);
}

const OUTCOMES: Record<EndedPull['outcome'], PullOutcome> = {
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
  Cancelled: 'NONE',
};

export function attemptOf({ at, endedAt, outcome }: EndedPull): PullAttempt {
  return { at: new Date(at), endedAt: new Date(endedAt), outcome: OUTCOMES[outcome] };
}

/** The status with these ended pulls, the newest first, and perhaps one in progress. */
export function schedulerStatus(
  pulls: readonly EndedPull[],
  { pull, nextPullAt, mode }: { pull?: PullInProgress | undefined; nextPullAt?: Date | null; mode: string | undefined },
): SchedulerStatus {
  const [lastPull, ...earlier] = pulls;
  const earlierPulls = earlier.slice(0, MOST_EARLIER_PULLS);
  return {
    ...(pull && { pull }),
    ...(nextPullAt && { nextPullAt: nextPullAt.toISOString() }),
    failures: failedPulls(pulls.filter((one) => one.mode === mode).map(attemptOf)),
    ...(lastPull && { lastPull }),
    ...(earlierPulls.length > 0 && { earlierPulls }),
  };
}

export type PullEnd = Pick<EndedPull, 'outcome' | 'seconds'> & {
  message: string | null;
  run?: { name: string; uid: string };
};

export function endPull(pull: PullInProgress, { outcome, seconds, message, run }: PullEnd, now: Date): EndedPull {
  return {
    ...pull,
    endedAt: now.toISOString(),
    outcome,
    ok: outcome === 'Succeeded',
    ...(message !== null && { message: boundedText(message, LONGEST_PULL_MESSAGE) }),
    seconds,
    ...(run && { run: run.name, runUID: run.uid }),
  };
}

/** The name of the run of a pull. There is one at most, whichever operator creates it. */
export function pullRunName(sequencer: string, { id }: Pick<PullInProgress, 'id'>): string {
  return `${sequencer}-pull-${id.replaceAll('-', '').slice(0, 16)}`;
}
