/** The axis of the timeline: the span of each statement, the bars that are drawn, and the positions of times. Pure. */
import { statementMs, type StatementTimes } from '@sequencer/model/statement-time';

export interface Span {
  /** Position and width as fractions of the axis, from 0 to 1. */
  left: number;
  width: number;
}

export interface Tick {
  at: number;
  left: number;
}

/** A run of adjacent statements that is drawn as one bar. */
export interface Bar<State> extends Span {
  first: number;
  last: number;
  state: State;
}

/** Each statement has at least this share, but all minimum shares together take at most a third. */
const MIN_SHARE = 0.003;
const MAX_MIN_SHARES = 1 / 3;
/** Statements that have not run take at most this share, because their time is unknown. */
const MAX_PENDING_SHARE = 0.5;
const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800];
const MAX_TICKS = 9;
/** Widths of a label with and without seconds, and the least gap between two. */
const SECONDS_PX = 64;
const MINUTES_PX = 42;
const GAP_PX = 10;

/** Widths in proportion to time, without pauses, for statements that ran, equal widths for the others. Each has a minimum width. */
export function spansOf(statements: readonly StatementTimes[], now: number): Span[] {
  const times = statements.map((s) => statementMs(s, now));
  const known = times.reduce<number>((sum, time) => sum + (time ?? 0), 0);
  const left = times.filter((time) => time === null).length;
  const rest = left === 0 ? 0 : left === statements.length ? 1 : Math.min(MAX_PENDING_SHARE, left / statements.length);
  const least = Math.min(MIN_SHARE, MAX_MIN_SHARES / times.length);
  const shares = times.map((time) => {
    const share = time === null ? rest / left : known > 0 ? ((1 - rest) * time) / known : 0;
    return Math.max(share, least);
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  let at = 0;
  return shares.map((share) => {
    const span = { left: at / total, width: share / total };
    at += share;
    return span;
  });
}

/** Position of a time. Pauses make a statement's span shorter, evenly. Null before the first statement and after the last that ran. */
export function positionOf(
  time: number,
  statements: readonly StatementTimes[],
  spans: readonly Span[],
  now: number,
): number | null {
  for (const [index, statement] of statements.entries()) {
    const span = spans[index];
    const { startedAt, finishedAt } = statement;
    if (!span || startedAt === null) continue;
    const into = time - Date.parse(startedAt);
    const whole = (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt);
    if (into < 0) return index === 0 ? null : span.left;
    if (into <= whole) return span.left + span.width * (whole === 0 ? 1 : into / whole);
  }
  return null;
}

/** Joins adjacent statements of the same state that are narrower than `visible`. */
export function barsOf<State>(spans: readonly Span[], states: readonly State[], visible: number): Bar<State>[] {
  const bars: Bar<State>[] = [];
  let isJoinable = false;
  for (const [index, state] of states.entries()) {
    const span = spans[index];
    if (!span) continue;
    const before = bars.at(-1);
    const isNarrow = span.width < visible;
    if (before && isJoinable && isNarrow && before.state === state) {
      before.last = index;
      before.width = span.left + span.width - before.left;
    } else bars.push({ ...span, first: index, last: index, state });
    isJoinable = isNarrow;
  }
  return bars;
}

/** The statement at a position of the axis. */
export function indexAt(position: number, spans: readonly Span[]): number {
  return Math.max(
    0,
    spans.findLastIndex((span) => span.left <= position),
  );
}

/** Ticks at round times, so far apart that their labels do not overlap on an axis of `width` pixels. */
export function ticksOf(
  statements: readonly StatementTimes[],
  spans: readonly Span[],
  now: number,
  width: number,
): Tick[] {
  const ran = statements.filter((s) => s.startedAt !== null);
  const from = Date.parse(ran[0]?.startedAt ?? '');
  const last = ran.at(-1);
  if (!last || Number.isNaN(from)) return [];
  const to = last.finishedAt === null ? now : Date.parse(last.finishedAt);
  const labelOf = (step: number) => (step % 60 === 0 ? MINUTES_PX : SECONDS_PX);
  const fits = (step: number) => (to - from) / (step * 1000) <= Math.min(MAX_TICKS, width / (labelOf(step) + GAP_PX));
  const step = STEPS_S.find(fits);
  if (step === undefined) return [];
  const label = labelOf(step);
  const ticks: Tick[] = [];
  let end = -GAP_PX;
  for (let at = Math.ceil(from / (step * 1000)) * step * 1000; at <= to; at += step * 1000) {
    const left = positionOf(at, statements, spans, now);
    if (left === null) continue;
    // A label near an end of the axis is moved inwards.
    const begin = Math.max(0, Math.min(width - label, left * width - label / 2));
    if (begin < end + GAP_PX) continue;
    ticks.push({ at, left });
    end = begin + label;
  }
  return ticks;
}
