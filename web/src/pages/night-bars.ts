/** The bars of the chart of nights: their parts, their scale and their labels. */
import type { RunPhase } from '../gql/graphql.ts';
import { OUTCOMES } from '../lib/phases.ts';
import type { Night } from './history-list.ts';

const DAY_MS = 86_400_000;
const MINUTE = 60;
const HOUR = 3600;
/** Stacking order from the bottom: successes first, active runs last. */
export const STACK: RunPhase[] = [...OUTCOMES, 'RECORDING', 'STOPPING', 'PAUSED', 'RUNNING', 'STARTING', 'QUEUED'];
/** Ends of the scale, in seconds. Half of each is a round number as well. */
const SCALES = [
  10,
  20,
  MINUTE,
  ...[2, 4, 10, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 48, 72, 96].map((n) => n * HOUR),
];

export interface Bar {
  /** The date on which the night begins. */
  date: string;
  outcomes: Night['outcomes'];
  runs: number;
  seconds: number;
}

/** All nights up to the last one with a run, so that nights without runs appear as gaps. */
export function barsOf(nights: readonly Night[], count: number): Bar[] {
  const byDate = new Map(nights.map((night) => [night.date, night.outcomes]));
  const last = nights.at(-1);
  if (!last) return [];
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(Date.parse(last.date) - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10);
    const outcomes = (byDate.get(date) ?? []).toSorted((a, b) => STACK.indexOf(a.phase) - STACK.indexOf(b.phase));
    const sum = (of: 'runs' | 'seconds') => outcomes.reduce((total, outcome) => total + outcome[of], 0);
    return { date, outcomes, runs: sum('runs'), seconds: sum('seconds') };
  });
}

/** The end of the scale: a round time that is not below any bar. */
export function scaleOf(bars: readonly Bar[]): number {
  const most = Math.max(...bars.map((bar) => bar.seconds));
  return SCALES.find((end) => end >= most) ?? Math.ceil(most / (24 * HOUR)) * 24 * HOUR;
}

/** `45 s`, `36 min`, `7.6 h` */
export function shortTime(seconds: number): string {
  if (seconds < MINUTE) return `${String(Math.round(seconds))} s`;
  if (seconds < 59.5 * MINUTE) return `${String(Math.round(seconds / MINUTE))} min`;
  return `${String(Math.round((seconds / HOUR) * 10) / 10)} h`;
}

/** `best 7.6 h, mean 6.1 h`, of the nights with runs. Empty for one night, which is both. */
export function summaryOf(bars: readonly Bar[]): string {
  const times = bars.map((bar) => bar.seconds).filter((seconds) => seconds > 0);
  if (times.length < 2) return '';
  const mean = times.reduce((sum, seconds) => sum + seconds, 0) / times.length;
  return `best ${shortTime(Math.max(...times))}, mean ${shortTime(mean)}`;
}
