/** When the runs of a queue are expected to start and end, if nobody changes anything and each run succeeds. Pure. */
import { decideQueue, type Mode, type Resources, type WaitingRun } from '../queue.ts';

export interface PlannedRun extends WaitingRun {
  /** When it ends if it starts at this time; null if that is unknown. In ms since 1970. */
  endOf: (start: number) => number | null;
}

export interface Expected {
  start: Date | null;
  end: Date | null;
}

/**
 * The expected times of the runs, by id. A run that is not expected to start has no times: one on hold, after a run whose end
 * is unknown, after its window, in the mode Off, or while another telescope uses one of its resources.
 *
 * @param free when the sequencer is free for the next run; null if that is unknown
 * @param used the resources that runs of other sequencers use
 */
export function planQueue(
  mode: Mode,
  waiting: readonly PlannedRun[],
  free: Date | null,
  used?: Resources,
): Map<string, Expected> {
  const planned = new Map<string, Expected>();
  const left = new Set(waiting.filter(({ onHold }) => onHold !== true));
  let now = free;
  while (now && left.size > 0) {
    const { start, expired, nextAt } = decideQueue(mode, false, [...left], now, used);
    for (const run of expired) left.delete(run);
    if (!start) {
      now = nextAt;
      continue;
    }
    left.delete(start);
    const end = start.endOf(now.getTime());
    planned.set(start.id, { start: now, end: end === null ? null : new Date(end) });
    now = end === null ? null : new Date(end);
  }
  return planned;
}
