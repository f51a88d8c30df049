/**
 * The wait for the record of a script that has ended, while the API does not confirm it. The script holds the telescope no
 * longer, so that the queue waits only for `recordGraceSeconds`; the pod keeps the record for longer (ADR 48). Pure.
 */
import type { Pod } from '@sequencer/kubernetes/objects';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isPodTerminated } from '../pods/termination.ts';
import type { ConditionChange } from '../status/status.ts';

/** A connected API usually confirms the end within a second. */
export const SHOWN_AFTER_MS = 1500;

const TYPE = 'Recording';

function conditionOf({ status }: SequencerRun) {
  return status?.conditions?.find(({ type }) => type === TYPE);
}

/** Whether the pod of the run still has events that the API has not stored. */
export function awaitsRecord(run: SequencerRun): boolean {
  return conditionOf(run)?.status === 'True';
}

/** In ms: when the queue stops waiting for the record. */
export function queueWaitsUntil(run: SequencerRun, graceSeconds: number, now: number): number {
  const shownAt = awaitsRecord(run) ? conditionOf(run)?.lastTransitionTime : undefined;
  return Date.parse(shownAt ?? wholeSeconds(new Date(now))) + graceSeconds * 1000;
}

/** What the status of the run shows while the queue waits. */
export function recordingStatus(untilMs: number): { reason: string; conditions: ConditionChange[] } {
  const until = `${new Date(untilMs).toISOString().slice(11, 19)} UTC`;
  const reason = `The script has ended; its record waits for the API. The next run can start at ${until}, or when the record is stored.`;
  return {
    reason,
    conditions: [
      { type: TYPE, status: 'True', reason: 'ApiUnreachable', message: reason },
      {
        type: 'RunnerConnected',
        status: 'False',
        reason: 'Unconfirmed',
        message: 'The API has not confirmed the end of the script, so that it seems to be unreachable.',
      },
    ],
  };
}

/**
 * Whether the API may still confirm a late record: a runner ends as soon as its record is stored, and its pod may be seen to
 * have ended before the API has written the outcome to the run.
 */
export function awaitsConfirmation(run: SequencerRun, pod: Pod | undefined, now: number): boolean {
  return awaitsRecord(run) && run.status?.runner?.outcome === undefined && (!pod || isPodTerminated(pod, now));
}

/** The condition of a run whose outcome is known; null if its record was never late, or if nothing changes. */
export function recordCondition(run: SequencerRun, pod: Pod | undefined, now: number): ConditionChange | null {
  const before = conditionOf(run);
  if (!before) return null;
  const after = conditionAfterEnd(run, pod, now);
  return before.status === after.status && before.reason === after.reason ? null : after;
}

function conditionAfterEnd({ status }: SequencerRun, pod: Pod | undefined, now: number): ConditionChange {
  if (status?.runner?.outcome !== undefined) {
    return { type: TYPE, status: 'False', reason: 'Recorded', message: 'The API has stored the record.' };
  }
  if (pod && !isPodTerminated(pod, now)) {
    const message = `The record waits for the API in the pod ${pod.metadata.name}. The next run can start.`;
    return { type: TYPE, status: 'True', reason: 'QueueContinues', message };
  }
  const message = 'The pod ended before the API had stored the whole record.';
  return { type: TYPE, status: 'False', reason: 'Incomplete', message };
}
