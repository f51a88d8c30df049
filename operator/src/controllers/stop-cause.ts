/** Why the operator stops the script of a run. Pure. */
import type { Pod } from '@sequencer/kubernetes/objects';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { startedAtOf } from '../warm-pool/warm-pod.ts';

export interface StopCause {
  reason: string;
  message: string;
}

export function stopCause(run: SequencerRun): StopCause | null {
  if (run.spec.desiredState === 'Cancelled') return { reason: 'Cancelled', message: 'The run was cancelled.' };
  if (run.metadata.deletionTimestamp !== undefined) return { reason: 'Deleted', message: 'The run was deleted.' };
  return null;
}

export function msUntilTimeout(run: SequencerRun, pod: Pod | null, now: number): number | undefined {
  const { timeoutSeconds } = run.spec;
  const startedAt = pod && startedAtOf(pod);
  if (timeoutSeconds === 0 || !startedAt) return undefined;
  return Math.max(0, Date.parse(startedAt) + timeoutSeconds * 1000 - now);
}

export function timeoutCause(run: SequencerRun, pod: Pod | null, now: number): StopCause | null {
  if (msUntilTimeout(run, pod, now) !== 0) return null;
  const { timeoutSeconds } = run.spec;
  return { reason: 'TimedOut', message: `The run exceeded its timeoutSeconds (${String(timeoutSeconds)}).` };
}
