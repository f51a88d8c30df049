/** The one rule for what runs next on a sequencer. Pure: the local backend and the operator both use it. */

export const MODES = ['OFF', 'QUEUE', 'SCHEDULER'] as const;
export type Mode = (typeof MODES)[number];

/** `RUNNING` starts as soon as the sequencer is free; `QUEUED` waits for the sequencer's mode. */
export const RUN_STARTS = ['QUEUED', 'RUNNING'] as const;
export type RunStart = (typeof RUN_STARTS)[number];

export interface WaitingRun {
  id: string;
  start: RunStart;
}

/**
 * The run to start now, or null.
 *
 * @param mode what the sequencer's mode lets start by itself
 * @param active whether a run is active on the sequencer: there is at most one
 * @param waiting the queue, the next one first
 */
export function nextRun(mode: Mode, active: boolean, waiting: readonly WaitingRun[]): WaitingRun | null {
  if (active) return null;
  const asked = waiting.find((run) => run.start === 'RUNNING');
  if (asked) return asked;
  return mode === 'OFF' ? null : (waiting[0] ?? null);
}
