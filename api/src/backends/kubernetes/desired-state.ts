/** What `spec.desiredState` of a started run asks of its runner. Pure. */
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

export type Wish = 'pause' | 'resume';

/**
 * A wish is told once: what people do at the API afterwards is not undone by it. Cancelled is the operator's.
 *
 * @param told the newest generation whose wish was told; null before the first
 */
export function wishOf({ metadata, spec }: SequencerRun, told: number | null): Wish | null {
  const { generation = 1 } = metadata;
  if (told !== null && generation <= told) return null;
  if (spec.desiredState === 'Paused') return 'pause';
  // What it was started with is no wish.
  const changed = told !== null || generation > 1;
  return spec.desiredState === 'Running' && changed && !(told === null && spec.startPaused) ? 'resume' : null;
}
