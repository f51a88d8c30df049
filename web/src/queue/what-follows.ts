/** What starts after the active run of a telescope. Pure. */
import { nextRun } from '@sequencer/model/queue';
import type { SequencerSummary } from '../api/sequencers.ts';

type Queue = Pick<SequencerSummary, 'mode'> & { queue: Pick<SequencerSummary['queue'][number], 'id' | 'start'>[] };

/** The queued run that starts if the active run succeeds; null if none does. */
export function runAfter<T extends Queue>({ mode, queue }: T): T['queue'][number] | null {
  return nextRun(mode, false, queue, new Date());
}

/** `if this run succeeds; 2 more wait`, after the name of the next run. Without one: `No queued run starts; 3 wait.` */
export function followText(sequencer: Queue): string {
  const { mode, queue } = sequencer;
  const next = runAfter(sequencer);
  if (next) {
    const anyMode = mode === 'OFF' ? ', also with the mode Off' : '';
    const more = queue.length > 1 ? `; ${waiting(queue.length - 1, 'more ')}` : '';
    return `if this run succeeds${anyMode}${more}`;
  }
  if (queue.length > 0) return `No queued run starts; ${waiting(queue.length)}.`;
  return mode === 'OFF' ? 'No run starts automatically.' : waitText(0);
}

/** `3 queued runs wait.` */
export function waitText(count: number): string {
  if (count === 0) return 'The queue is empty.';
  return count === 1 ? '1 queued run waits.' : `${String(count)} queued runs wait.`;
}

const waiting = (count: number, more = '') => `${String(count)} ${more}${count === 1 ? 'waits' : 'wait'}`;
