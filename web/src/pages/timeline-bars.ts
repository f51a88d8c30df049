/** The bars of a telescope's row in the timeline: the last hours, and what is planned. */
import type { RunPhase } from '../gql/graphql.ts';
import { clock, duration, plural } from '../lib/format.ts';
import { OUTCOMES, displayOfPhase, type PhaseDisplay } from '../lib/phases.ts';

const HOUR = 3_600_000;
export const HOURS = 14;
/** Space on the right, so that the current time is not at the edge. */
const AHEAD = HOUR / 2;
/** Planned runs are shown up to this time from now. */
const FARTHEST = 10 * HOUR;
/** The length of a planned run whose end is unknown. */
const UNKNOWN_LENGTH = HOUR / 2;
/** A bar of less time is narrower than its icon. Several in a row become one bar. */
const SHORT = 4 * 60_000;

export interface TimelineRun {
  id: string;
  number: number;
  phase: RunPhase;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface TimelineBar {
  /** Of its first run. */
  id: string;
  display: PhaseDisplay;
  /** The number of its run, or how many runs it has. */
  text: string;
  label: string;
  to: { path: string; query?: Record<string, string> };
  /** Percent of the row. The bar ends here also when it has its minimum width. */
  right: number;
  width: number;
}

interface Span {
  run: TimelineRun;
  from: number;
  to: number;
}

/** Expected times of an active or a queued run: estimates. */
export interface PlannedRun {
  id: string;
  number: number;
  start: number;
  /** Null: unknown. */
  end: number | null;
}

/** Positions of times in the window: the last hours, and the time of the planned runs. */
export class TimelineWindow {
  readonly now: number;
  readonly start: number;
  readonly end: number;

  constructor(now: number, planned: readonly PlannedRun[] = []) {
    this.now = now;
    this.start = now - HOURS * HOUR;
    const last = Math.max(now, ...planned.map(({ start, end }) => end ?? start + UNKNOWN_LENGTH));
    // In full hours, so that the scale does not change with each estimate.
    const ahead = Math.min(FARTHEST, Math.ceil((last - now) / HOUR) * HOUR);
    this.end = now + Math.max(AHEAD, ahead);
  }

  percent(time: number): number {
    const shown = Math.min(Math.max(time, this.start), this.end);
    return (100 * (shown - this.start)) / (this.end - this.start);
  }

  /** Every second full hour, not at the edges. */
  get hours(): number[] {
    const first = Math.ceil(this.start / (2 * HOUR)) * 2 * HOUR;
    const count = Math.ceil((this.end - AHEAD - first) / (2 * HOUR));
    return Array.from({ length: count }, (_, i) => first + i * 2 * HOUR);
  }
}

/** What the timeline needs of a run. */
export function timesOf({ id, number, phase, startedAt, finishedAt }: TimelineRun): TimelineRun {
  return { id, number, phase, startedAt, finishedAt };
}

/** @param runs of one telescope, in any order */
export function barsOf(telescope: string, runs: readonly TimelineRun[], window: TimelineWindow): TimelineBar[] {
  return groupsOf(spansOf(runs, window)).map((group) => barOf(telescope, group, window));
}

/** Outlines of the time that is left of an active run, and of queued runs. Those after the window are left out. */
export function plannedBarsOf(runs: readonly PlannedRun[], window: TimelineWindow): TimelineBar[] {
  return runs
    .map((run) => ({ ...run, start: Math.max(run.start, window.now) }))
    .filter(({ start, end }) => start < window.end && (end === null || end > window.now))
    .map(({ id, number, start, end }) => {
      const to = window.percent(end ?? start + UNKNOWN_LENGTH);
      const length = end === null ? 'time unknown' : `~${duration(end - start)}`;
      return {
        id,
        display: displayOfPhase('QUEUED'),
        text: end === null ? `${String(number)}, time unknown` : String(number),
        label: `Run ${String(number)}, planned from ~${clock(start).slice(0, 5)} UTC, ${length}`,
        to: { path: `/runs/${id}` },
        right: 100 - to,
        width: to - window.percent(start),
      };
    });
}

function spansOf(runs: readonly TimelineRun[], { now, start }: TimelineWindow): Span[] {
  return runs
    .flatMap((run) => {
      if (!run.startedAt) return [];
      const from = Date.parse(run.startedAt);
      // A clock that runs ahead must not give a negative width. A lost run may have no end.
      const end = OUTCOMES.includes(run.phase) ? Date.parse(run.finishedAt ?? run.startedAt) : now;
      return [{ run, from, to: Math.max(from, end) }];
    })
    .filter(({ to }) => to >= start)
    .toSorted((a, b) => a.from - b.from);
}

function groupsOf(spans: readonly Span[]): Span[][] {
  const groups: Span[][] = [];
  for (const span of spans) {
    const last = groups.at(-1);
    if (last?.every(isShort) && isShort(span) && span.from - (last.at(-1)?.to ?? 0) < SHORT) last.push(span);
    else groups.push([span]);
  }
  return groups;
}

function isShort({ run, from, to }: Span): boolean {
  return OUTCOMES.includes(run.phase) && to - from < SHORT;
}

function barOf(telescope: string, group: readonly Span[], window: TimelineWindow): TimelineBar {
  const [first] = group;
  if (!first) throw new Error('a bar without a run');
  const { run, from } = first;
  const to = Math.max(...group.map((span) => span.to));
  const place = { id: run.id, right: 100 - window.percent(to), width: window.percent(to) - window.percent(from) };
  if (group.length === 1) {
    const display = displayOfPhase(run.phase);
    const label = `Run ${String(run.number)}, ${display.word}, from ${clock(from)} UTC, ${duration(to - from)}`;
    return { ...place, display, label, text: String(run.number), to: { path: `/runs/${run.id}` } };
  }
  const counts = Map.groupBy(group, (span) => span.run.phase);
  const phases = OUTCOMES.filter((phase) => counts.has(phase));
  const parts = phases.map((phase) => `${String(counts.get(phase)?.length)} ${displayOfPhase(phase).word}`);
  const count = plural(group.length, 'run');
  return {
    ...place,
    // Never green when one of them did not succeed.
    display: displayOfPhase(phases.find((phase) => phase !== 'SUCCEEDED') ?? 'SUCCEEDED'),
    label: `${count}, ${parts.join(', ')}, from ${clock(from)} to ${clock(to)} UTC`,
    text: count,
    to: { path: '/history', query: { telescope } },
  };
}
