/** Selects the ended runs of a sequencer to delete, and those whose pod is deleted before. The database keeps their history. Pure. */
import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isFinalKubernetesPhase } from '@sequencer/model/kubernetes/enums';
import { byCreation } from '@sequencer/model/kubernetes/metadata';
import { FINALIZER } from '@sequencer/model/kubernetes/names';

const DEFAULT_KEEP_PODS = 10;

export interface Retention {
  expired: SequencerRun[];
  /** Older runs that are kept, without their pods. */
  withoutPod: SequencerRun[];
  /** In ms: when the next run expires. */
  nextIn: number | undefined;
}

function finishedAt({ metadata, status }: SequencerRun): number {
  return Date.parse(status?.finishedAt ?? metadata.creationTimestamp);
}

/** The times have whole seconds, in which several runs can end. */
const numberOf = ({ status }: SequencerRun): number => status?.number ?? 0;

/** @param runs the runs of the sequencer without its active run */
export function retentionOf(runs: SequencerRun[], history: SequencerSpec['history'], now: number): Retention {
  const ended = runs
    .filter((run) => isFinalKubernetesPhase(run.status?.phase) && run.metadata.deletionTimestamp === undefined)
    .sort((a, b) => finishedAt(b) - finishedAt(a) || numberOf(b) - numberOf(a) || byCreation(b, a));
  const { keepRuns, keepPods = DEFAULT_KEEP_PODS, ttlSecondsAfterFinished } = history;
  const expiresAt = (run: SequencerRun) => finishedAt(run) + ttlSecondsAfterFinished * 1000;
  const expired = ended.filter((run, index) => index >= keepRuns || expiresAt(run) <= now);
  const kept = ended.filter((run) => !expired.includes(run));
  // The finalizer is there until the operator and the API have recorded the run.
  const withoutPod = kept.slice(keepPods).filter(({ metadata }) => !metadata.finalizers?.includes(FINALIZER));
  const oldest = kept.at(-1);
  return { expired, withoutPod, nextIn: oldest && expiresAt(oldest) - now };
}
