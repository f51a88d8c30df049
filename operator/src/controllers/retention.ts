/** Which ended runs of a sequencer are deleted, and when to look again. The database keeps what they did. Pure. */
import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isFinalWord } from '@sequencer/model/kubernetes/words';

export interface Retention {
  expired: SequencerRun[];
  /** In ms. */
  nextIn: number | undefined;
}

function finishedAt({ metadata, status }: SequencerRun): number {
  return Date.parse(status?.finishedAt ?? metadata.creationTimestamp);
}

/** @param runs of the sequencer, but for the one that holds it */
export function retentionOf(runs: SequencerRun[], history: SequencerSpec['history'], now: number): Retention {
  const ended = runs
    .filter((run) => isFinalWord(run.status?.phase) && run.metadata.deletionTimestamp === undefined)
    .sort((a, b) => finishedAt(b) - finishedAt(a));
  const { keepRuns, ttlSecondsAfterFinished } = history;
  const end = (run: SequencerRun) => finishedAt(run) + ttlSecondsAfterFinished * 1000;
  const expired = ended.filter((run, index) => index >= keepRuns || end(run) <= now);
  const kept = ended.filter((run) => !expired.includes(run));
  const oldest = kept.at(-1);
  return { expired, nextIn: oldest && end(oldest) - now };
}
