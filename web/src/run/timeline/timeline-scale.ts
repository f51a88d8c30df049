/** The axis of the timeline: each statement has a share of the width, and times lie between. Pure. */

export interface Span {
  /** Where it begins and how wide it is, from 0 to 1. */
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

const LEAST_SHARE = 0.003;
/** What has not run takes at most this much: its time is not known. */
const MOST_FOR_REST = 0.5;
const STEPS_S = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const MOST_TICKS = 9;

function tookOf({ startedAt, finishedAt }: Timed, now: number): number | null {
  if (startedAt === null) return null;
  return Math.max(0, (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt));
}

/** By time for those that ran, in equal widths for those that did not; none vanishes. */
export function spansOf(statements: readonly Timed[], now: number): Span[] {
  const times = statements.map((s) => tookOf(s, now));
  const known = times.reduce<number>((sum, time) => sum + (time ?? 0), 0);
  const left = times.filter((time) => time === null).length;
  const rest = left === 0 ? 0 : left === statements.length ? 1 : Math.min(MOST_FOR_REST, left / statements.length);
  const shares = times.map((time) => {
    const share = time === null ? rest / left : known > 0 ? ((1 - rest) * time) / known : 0;
    return Math.max(share, LEAST_SHARE);
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  let at = 0;
  return shares.map((share) => {
    const span = { left: at / total, width: share / total };
    at += share;
    return span;
  });
}

/** Where a moment lies; null before the first statement and after the last that ran. */
export function leftOf(time: number, statements: readonly Timed[], spans: readonly Span[], now: number): number | null {
  for (const [index, statement] of statements.entries()) {
    const span = spans[index];
    const took = tookOf(statement, now);
    if (!span || took === null || statement.startedAt === null) continue;
    const into = time - Date.parse(statement.startedAt);
    if (into < 0) return index === 0 ? null : span.left;
    if (into <= took) return span.left + span.width * (took === 0 ? 1 : into / took);
  }
  return null;
}

/** Round times on the axis, far enough from each other to be read. */
export function ticksOf(statements: readonly Timed[], spans: readonly Span[], now: number, apart = 0.07): Tick[] {
  const ran = statements.filter((s) => s.startedAt !== null);
  const from = Date.parse(ran[0]?.startedAt ?? '');
  const last = ran.at(-1);
  if (!last || Number.isNaN(from)) return [];
  const to = last.finishedAt === null ? now : Date.parse(last.finishedAt);
  const step = 1000 * (STEPS_S.find((s) => (to - from) / (s * 1000) <= MOST_TICKS) ?? 86_400 * 7);
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const left = leftOf(at, statements, spans, now);
    if (left !== null && left - (ticks.at(-1)?.left ?? -1) >= apart) ticks.push({ at, left });
  }
  return ticks;
}
