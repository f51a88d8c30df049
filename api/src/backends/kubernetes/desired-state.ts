/** What `spec.desiredState` of a started run asks of its runner. Pure. */
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

export type PauseCommand = 'pause' | 'resume';

/**
 * A wish is told once: what people do at the API afterwards is not undone by it. Cancelled is the operator's.
 *
 * @param sentGeneration the newest generation whose wish was told; null before the first
 */
export function requestedCommand({ metadata, spec }: SequencerRun, sentGeneration: number | null): PauseCommand | null {
  const { generation = 1 } = metadata;
  if (sentGeneration !== null && generation <= sentGeneration) return null;
  if (spec.desiredState === 'Paused') return 'pause';
  // What it was started with is no wish.
  const changed = sentGeneration !== null || generation > 1;
  return spec.desiredState === 'Running' && changed && !(sentGeneration === null && spec.startPaused) ? 'resume' : null;
}
