/** The rule for the next run of a sequencer. Pure: the local backend and the operator both use it. */

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
 * @param mode of the sequencer
 * @param active whether a run is active on the sequencer
 * @param waiting the queue, the next one first
 */
export function nextRun(mode: Mode, active: boolean, waiting: readonly WaitingRun[]): WaitingRun | null {
  if (active) return null;
  const startsInAnyMode = waiting.find((run) => run.start === 'RUNNING');
  if (startsInAnyMode) return startsInAnyMode;
  return mode === 'OFF' ? null : (waiting[0] ?? null);
}
