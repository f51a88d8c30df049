/** The phase of a run that has not ended, and its reason. Pure. */
import type { Pod } from '@sequencer/kubernetes/objects';
import type { KubernetesPhase } from '@sequencer/model/kubernetes/enums';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { runnerState } from '../pods/termination.ts';
import { awaitsAssignment } from '../warm-pool/assign.ts';

export const PHASE_REASONS: Partial<Record<KubernetesPhase, string>> = {
  Starting: 'The pod is starting.',
  Running: 'The script is running.',
  Paused: 'The script is paused.',
  Stopping: 'The script is stopping.',
};

export function phaseOf(run: SequencerRun, pod: Pod, stopping: boolean): KubernetesPhase {
  const { running, terminated } = runnerState(pod);
  const started = (running ?? terminated) && !awaitsAssignment(pod);
  if (stopping || pod.metadata.deletionTimestamp !== undefined) return 'Stopping';
  if (!started) return 'Starting';
  return run.status?.runner?.paused ? 'Paused' : 'Running';
}

export function isFree({ status }: Sequencer): boolean {
  return status !== undefined && status.activeRun === undefined && status.mode !== 'Off';
}

export function waitReason(run: SequencerRun, sequencer: Sequencer | undefined): string {
  const name = run.spec.sequencer;
  if (!sequencer) return `There is no Sequencer named ${name} in this namespace. Create it, or delete this run.`;
  if (sequencer.status?.hold && sequencer.status.reason !== undefined) return sequencer.status.reason;
  if (sequencer.status?.mode === 'Off' && run.spec.desiredState === 'Queued') {
    return `The mode of ${name} is Off. To start this run, set the mode to Queue, or desiredState of this run to Running.`;
  }
  return `Waiting for its turn on ${name}.`;
}
