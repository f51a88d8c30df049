/** Selects the ended runs of a sequencer to delete. The database keeps their history. Pure. */
import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isFinalKubernetesPhase } from '@sequencer/model/kubernetes/enums';

export interface Retention {
  expired: SequencerRun[];
  /** In ms: when the next run expires. */
  nextIn: number | undefined;
}

function finishedAt({ metadata, status }: SequencerRun): number {
  return Date.parse(status?.finishedAt ?? metadata.creationTimestamp);
}

/** @param runs the runs of the sequencer without its active run */
export function retentionOf(runs: SequencerRun[], history: SequencerSpec['history'], now: number): Retention {
  const ended = runs
    .filter((run) => isFinalKubernetesPhase(run.status?.phase) && run.metadata.deletionTimestamp === undefined)
    .sort((a, b) => finishedAt(b) - finishedAt(a));
  const { keepRuns, ttlSecondsAfterFinished } = history;
  const expiresAt = (run: SequencerRun) => finishedAt(run) + ttlSecondsAfterFinished * 1000;
  const expired = ended.filter((run, index) => index >= keepRuns || expiresAt(run) <= now);
  const kept = ended.filter((run) => !expired.includes(run));
  const oldest = kept.at(-1);
  return { expired, nextIn: oldest && expiresAt(oldest) - now };
}
