/** What starts after the active run of a telescope. Pure. */
import { decideQueue } from '@sequencer/model/queue';
import { timeText } from '@sequencer/model/wait-reasons';
import type { SequencerSummary } from '../api/sequencers.ts';

type QueuedRun = Pick<SequencerSummary['queue'][number], 'id' | 'start'> &
  Partial<Pick<SequencerSummary['queue'][number], 'window' | 'onHold' | 'resources'>>;
type Queue<T extends QueuedRun = QueuedRun> = Pick<SequencerSummary, 'mode'> & { queue: T[] };

/** @returns the run to start now, if no run is active, and when the window of a skipped run opens */
function decide<T extends QueuedRun>(
  { mode, queue }: Queue<T>,
  now: number,
  used: Used,
): { next: T | null; opensAt: Date | null } {
  const waiting = queue.map((run) => ({
    id: run.id,
    start: run.start,
    onHold: Boolean(run.onHold),
    notBefore: dateOf(run.window?.notBefore),
    notAfter: dateOf(run.window?.notAfter),
    resources: run.resources,
    run,
  }));
  const { start, nextAt } = decideQueue(mode, false, waiting, new Date(now), used);
  return { next: start?.run ?? null, opensAt: nextAt };
}

/** The resources that other telescopes use now. */
type Used = ReadonlySet<string> | undefined;

const dateOf = (time: string | null | undefined) => (time ? new Date(time) : null);

/**
 * The queued run that starts if the active run succeeds; null if none does.
 *
 * @param now in ms. Windows are those of this time: when the active run ends is not known.
 * @param used the resources that other telescopes use now
 */
export function runAfter<T extends QueuedRun>(sequencer: Queue<T>, now: number, used?: Used): T | null {
  return decide(sequencer, now, used).next;
}

/** `if this run succeeds; 2 more wait`, after the name of the next run. Without one: `No queued run starts; 3 wait.` */
export function followText(sequencer: Queue, now: number, used?: Used): string {
  const { mode, queue } = sequencer;
  const { next, opensAt } = decide(sequencer, now, used);
  if (next) {
    const anyMode = mode === 'OFF' ? ', also with the mode Off' : '';
    const more = queue.length > 1 ? `; ${waiting(queue.length - 1, 'more ')}` : '';
    return `if this run succeeds${anyMode}${more}`;
  }
  if (mode === 'SCHEDULER') {
    const more = queue.length > 0 ? `; ${waiting(queue.length)}${onHoldText(queue)}` : '';
    return `Another schedule is pulled if this run succeeds${more}.`;
  }
  if (queue.length > 0) {
    const before = opensAt ? ` before ${timeText(opensAt, new Date(now))}` : '';
    return `No queued run starts${before}; ${waiting(queue.length)}${onHoldText(queue)}.`;
  }
  return mode === 'OFF' ? 'No run starts automatically.' : waitText(0);
}

/** `3 queued runs wait.` */
export function waitText(count: number): string {
  if (count === 0) return 'The queue is empty.';
  return count === 1 ? '1 queued run waits.' : `${String(count)} queued runs wait.`;
}

const waiting = (count: number, more = '') => `${String(count)} ${more}${count === 1 ? 'waits' : 'wait'}`;

function onHoldText(queue: readonly QueuedRun[]): string {
  const count = queue.filter((run) => run.onHold).length;
  return count > 0 ? `, ${String(count)} on hold` : '';
}
