/** What the recorded durations of a statement say about the next one. Pure. */

/** Durations that are kept for each key. */
export const KEPT_DURATIONS = 20;

/** The last durations of one key, the oldest first. */
export interface DurationRecord {
  seconds: readonly number[];
  /** The number of the run of each. */
  runs: readonly number[];
}

export interface Typical {
  typicalSeconds: number;
  /** 8 of 10 durations are in this range. */
  lowSeconds: number;
  highSeconds: number;
  /** How many runs it is from. */
  basis: number;
}

/** Null without durations. */
export function typicalOf({ seconds, runs }: DurationRecord): Typical | null {
  if (seconds.length === 0) return null;
  const sorted = seconds.toSorted((a, b) => a - b);
  return {
    typicalSeconds: quantile(sorted, 0.5),
    lowSeconds: quantile(sorted, 0.1),
    highSeconds: quantile(sorted, 0.9),
    basis: new Set(runs).size,
  };
}

/** The record after the durations of one more run, in the order of its statements. */
export function withRun({ seconds, runs }: DurationRecord, run: number, added: readonly number[]): DurationRecord {
  return {
    seconds: [...seconds, ...added].slice(-KEPT_DURATIONS),
    runs: [...runs, ...added.map(() => run)].slice(-KEPT_DURATIONS),
  };
}

/** By linear interpolation. @param sorted not empty */
function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}
