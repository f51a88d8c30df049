/** The rule for the next run of a sequencer. Pure: the local backend, the operator and the pages use it. */

export const MODES = ['OFF', 'QUEUE', 'SCHEDULER'] as const;
export type Mode = (typeof MODES)[number];

/** The names of modes in sentences and on pages. */
export const MODE_NAMES: Record<Mode, string> = { OFF: 'Off', QUEUE: 'Queue', SCHEDULER: 'Scheduler' };

/** `RUNNING` starts as soon as the sequencer is free; `QUEUED` waits for the sequencer's mode. */
export const RUN_STARTS = ['QUEUED', 'RUNNING'] as const;
export type RunStart = (typeof RUN_STARTS)[number];

/** What follows when the script of a run fails. A run that was stopped or lost holds the queue in any case. */
export const AFTER_FAILURES = ['HOLD_QUEUE', 'CONTINUE', 'RUN_SAFE_SCRIPT'] as const;
export type AfterFailure = (typeof AFTER_FAILURES)[number];

/** What created a run. */
export const RUN_ORIGINS = ['PERSON', 'SCHEDULER', 'SAFE_SCRIPT', 'HOOK', 'KUBECTL'] as const;
export type RunOrigin = (typeof RUN_ORIGINS)[number];

export interface WaitingRun {
  id: string;
  start: RunStart;
  /** Skipped until a person releases it. */
  onHold?: boolean;
  /** Skipped before this time. */
  notBefore?: Date | null;
  /** Cancelled, not started, if its turn comes after this time. */
  notAfter?: Date | null;
  /** Skipped while a run of another sequencer uses one of these. */
  resources?: readonly string[] | undefined;
}

/** Names of resources. */
export type Resources = Pick<ReadonlySet<string>, 'has'>;

const NONE: Resources = new Set<string>();

export interface QueueDecision<T extends WaitingRun = WaitingRun> {
  /** The run to start now. */
  start: T | null;
  /** The runs to cancel: their turn came after their window. */
  expired: T[];
  /** When the window of a skipped run opens next. The queue must be decided again at that time. */
  nextAt: Date | null;
}

/**
 * What to do with the queue of a sequencer now.
 *
 * @param mode of the sequencer
 * @param active whether a run is active on the sequencer
 * @param waiting the queue, the next one first
 * @param used the resources that runs of other sequencers use
 */
export function decideQueue<T extends WaitingRun>(
  mode: Mode,
  active: boolean,
  waiting: readonly T[],
  now: Date,
  used: Resources = NONE,
): QueueDecision<T> {
  const decision: QueueDecision<T> = { start: null, expired: [], nextAt: null };
  if (active) return decision;
  const inAnyMode = waiting.filter((run) => run.start === 'RUNNING');
  const inQueueMode = mode === 'OFF' ? [] : waiting.filter((run) => run.start !== 'RUNNING');
  for (const run of [...inAnyMode, ...inQueueMode]) {
    if (run.onHold) continue;
    if (run.notAfter && run.notAfter < now) {
      decision.expired.push(run);
    } else if (run.notBefore && run.notBefore > now) {
      if (!decision.nextAt || run.notBefore < decision.nextAt) decision.nextAt = run.notBefore;
    } else if (usedResource(run, used) === null) {
      decision.start = run;
      break;
    }
  }
  return decision;
}

/** The first resource of a run that another run uses; null if it can have them all. */
export function usedResource({ resources = [] }: Pick<WaitingRun, 'resources'>, used: Resources): string | null {
  return resources.find((resource) => used.has(resource)) ?? null;
}

/** The run to start now, or null. See `decideQueue`. */
export function nextRun<T extends WaitingRun>(
  mode: Mode,
  active: boolean,
  waiting: readonly T[],
  now: Date,
  used?: Resources,
): T | null {
  return decideQueue(mode, active, waiting, now, used).start;
}
