/** The phases of a run. */

/** `RECORDING` is for runs in a cluster: the script has ended, and its runner waits for the API to store the record. */
export const ACTIVE_PHASES = ['STARTING', 'RUNNING', 'PAUSED', 'STOPPING', 'RECORDING'] as const;
export const OPEN_PHASES = ['QUEUED', ...ACTIVE_PHASES] as const;
export const FINAL_PHASES = [
  'SUCCEEDED',
  'FAILED',
  'INTERRUPTED',
  'TERMINATED',
  'KILLED',
  'CANCELLED',
  'LOST',
] as const;
export const PHASES = [...OPEN_PHASES, ...FINAL_PHASES] as const;

export type FinalPhase = (typeof FINAL_PHASES)[number];
export type Phase = (typeof PHASES)[number];

/** How a started script can end: every final phase except `CANCELLED`, which is for runs that never started. */
export const OUTCOMES = ['SUCCEEDED', 'FAILED', 'INTERRUPTED', 'TERMINATED', 'KILLED', 'LOST'] as const;
export type Outcome = (typeof OUTCOMES)[number];

const finals: readonly string[] = FINAL_PHASES;

export function isFinal(phase: Phase): phase is FinalPhase {
  return finals.includes(phase);
}
