/** The phase of a run that has not ended, and its reason. Pure. */
import type { Pod } from '@sequencer/kubernetes/objects';
import type { KubernetesPhase } from '@sequencer/model/kubernetes/enums';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { windowOf } from '@sequencer/model/kubernetes/window';
import { windowReason } from '@sequencer/model';
import { runnerState } from '../pods/termination.ts';
import { awaitsAssignment } from '../warm-pool/assign.ts';

export const PHASE_REASONS = {
  Starting: 'The pod is starting.',
  Running: 'The script is running.',
  Paused: 'The script is paused.',
  Stopping: 'The script is stopping.',
} as const satisfies Partial<Record<KubernetesPhase, string>>;

export function phaseOf(run: SequencerRun, pod: Pod, stopping: boolean): keyof typeof PHASE_REASONS {
  const { running, terminated } = runnerState(pod);
  const started = (running ?? terminated) && !awaitsAssignment(pod);
  if (stopping || pod.metadata.deletionTimestamp !== undefined) return 'Stopping';
  if (!started) return 'Starting';
  return run.status?.runner?.paused ? 'Paused' : 'Running';
}

export function isFree({ status }: Sequencer): boolean {
  return status !== undefined && status.activeRun === undefined && status.mode !== 'Off';
}

/** @param resources for which run it waits, because that run uses one of its resources; or null */
export function waitReason(
  run: SequencerRun,
  sequencer: Sequencer | undefined,
  resources: string | null,
  now: Date,
): string {
  const name = run.spec.sequencer;
  if (!sequencer) return `There is no Sequencer named ${name} in this namespace. Create it, or delete this run.`;
  const skipped = skipReason(run, now);
  if (skipped !== null) return skipped;
  if (sequencer.status?.hold && sequencer.status.reason !== undefined) return sequencer.status.reason;
  if (sequencer.status?.mode === 'Off' && run.spec.desiredState === 'Queued') {
    return `The mode of ${name} is Off. To start this run, set the mode to Queue, or desiredState of this run to Running.`;
  }
  return resources ?? `Waiting for its turn on ${name}.`;
}

/** Why the queue skips this run now, or will cancel it; null if it does not. */
export function skipReason({ spec }: SequencerRun, now: Date): string | null {
  return spec.desiredState === 'Held' ? 'On hold.' : windowReason(windowOf(spec), now);
}

/** Whether a claimed run without a pod may start. A run that was Starting before cannot change any more, but expire. */
export function hasTurn(run: SequencerRun, now: Date): boolean {
  if (hasExpired(run, now)) return false;
  return run.status?.phase === 'Starting' || skipReason(run, now) === null;
}

export function hasExpired({ spec }: SequencerRun, now: Date): boolean {
  const { notAfter } = windowOf(spec);
  return notAfter !== null && notAfter < now;
}
