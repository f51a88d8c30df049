/** Estimated times of the statements of a script, as text for its lines. `~` marks an estimate. */
import { duration, plural } from '../lib/format.ts';

export interface EstimatedStatement {
  firstLine: number;
  typicalSeconds?: number | null | undefined;
  lowSeconds?: number | null | undefined;
  highSeconds?: number | null | undefined;
  /** How many runs the times are from. */
  basis: number;
}

export interface LineTime {
  text: string;
  /** The usual range, for a tooltip. */
  title: string;
}

/** By the first line of each statement. A statement whose time is unknown has none. */
export type LineTimes = ReadonlyMap<number, LineTime>;

/** What the record has. A wait for an absolute time has no record: how long it takes depends on the time before it. */
export function lineTimes(statements: readonly EstimatedStatement[]): LineTimes {
  const times = new Map<number, LineTime>();
  for (const { firstLine, typicalSeconds, lowSeconds, highSeconds, basis } of statements) {
    if (typicalSeconds == null || basis === 0 || times.has(firstLine)) continue;
    const [low, high] = [lowSeconds ?? typicalSeconds, highSeconds ?? typicalSeconds];
    times.set(firstLine, {
      text: `~${seconds(typicalSeconds)}`,
      title: `Usually ${seconds(low)} to ${seconds(high)}, from ${plural(basis, 'run')}`,
    });
  }
  return times;
}

function seconds(value: number): string {
  return duration(value * 1000);
}
