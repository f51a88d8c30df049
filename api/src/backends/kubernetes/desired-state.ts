/** The command to a runner that follows from `spec.desiredState` of its run. Pure. */
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

export type PauseCommand = 'pause' | 'resume';

/**
 * Each change is sent once, so that it does not undo what users do at the API afterwards. The operator handles `Cancelled`.
 *
 * @param sentGeneration the newest generation whose desiredState was sent; null before the first
 */
export function requestedCommand({ metadata, spec }: SequencerRun, sentGeneration: number | null): PauseCommand | null {
  const { generation = 1 } = metadata;
  if (sentGeneration !== null && generation <= sentGeneration) return null;
  if (spec.desiredState === 'Paused') return 'pause';
  // The state with which the run was started is not a request.
  const changed = sentGeneration !== null || generation > 1;
  return spec.desiredState === 'Running' && changed && !(sentGeneration === null && spec.startPaused) ? 'resume' : null;
}
