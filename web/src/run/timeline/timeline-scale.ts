/** The axis of the timeline: the span of each statement, and the positions of times. Pure. */

export interface Span {
  /** Position and width as fractions of the axis, from 0 to 1. */
  left: number;
  width: number;
}

export interface Timed {
  startedAt: string | null;
  finishedAt: string | null;
}

export interface Tick {
  at: number;
  left: number;
}

const MIN_SHARE = 0.003;
/** Statements that have not run take at most this share, because their time is unknown. */
const MAX_PENDING_SHARE = 0.5;
const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const MAX_TICKS = 9;

function durationOf({ startedAt, finishedAt }: Timed, now: number): number | null {
  if (startedAt === null) return null;
  return Math.max(0, (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt));
}

/** Widths in proportion to time for statements that ran, equal widths for the others. Each has a minimum width. */
export function spansOf(statements: readonly Timed[], now: number): Span[] {
  const times = statements.map((s) => durationOf(s, now));
  const known = times.reduce<number>((sum, time) => sum + (time ?? 0), 0);
  const left = times.filter((time) => time === null).length;
  const rest = left === 0 ? 0 : left === statements.length ? 1 : Math.min(MAX_PENDING_SHARE, left / statements.length);
  const shares = times.map((time) => {
    const share = time === null ? rest / left : known > 0 ? ((1 - rest) * time) / known : 0;
    return Math.max(share, MIN_SHARE);
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  let at = 0;
  return shares.map((share) => {
    const span = { left: at / total, width: share / total };
    at += share;
    return span;
  });
}

/** Position of a time; null before the first statement and after the last that ran. */
export function positionOf(
  time: number,
  statements: readonly Timed[],
  spans: readonly Span[],
  now: number,
): number | null {
  for (const [index, statement] of statements.entries()) {
    const span = spans[index];
    const took = durationOf(statement, now);
    if (!span || took === null || statement.startedAt === null) continue;
    const into = time - Date.parse(statement.startedAt);
    if (into < 0) return index === 0 ? null : span.left;
    if (into <= took) return span.left + span.width * (took === 0 ? 1 : into / took);
  }
  return null;
}

/** Ticks at round times, at least `minGap` apart so that labels do not overlap. */
export function ticksOf(statements: readonly Timed[], spans: readonly Span[], now: number, minGap = 0.07): Tick[] {
  const ran = statements.filter((s) => s.startedAt !== null);
  const from = Date.parse(ran[0]?.startedAt ?? '');
  const last = ran.at(-1);
  if (!last || Number.isNaN(from)) return [];
  const to = last.finishedAt === null ? now : Date.parse(last.finishedAt);
  const step = 1000 * (STEPS_S.find((s) => (to - from) / (s * 1000) <= MAX_TICKS) ?? 86_400 * 7);
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const left = positionOf(at, statements, spans, now);
    if (left !== null && left - (ticks.at(-1)?.left ?? -1) >= minGap) ticks.push({ at, left });
  }
  return ticks;
}
