/** Totals of runs by night and outcome. A night is from noon to noon UTC. */
import { and, gte, lt, or, sql, type SQL } from 'drizzle-orm';
import type { Phase } from '@sequencer/model';
import { EARLIEST } from '../lib/moment.ts';
import type { Db } from './database.ts';
import { conditions, containsText, type RunFilter } from './run-filter.ts';
import { runs } from './schema.ts';

const HALF_A_DAY_MS = 43_200_000;
const DAY_MS = 86_400_000;

export interface NightOutcome {
  phase: Phase;
  runs: number;
  seconds: number;
}

export interface Night {
  /** The date of the noon at which it begins, such as `2026-11-21`. */
  date: string;
  outcomes: NightOutcome[];
}

/** The noon at which the night of this time began. */
export function noonBefore(time: Date): Date {
  return new Date(Math.floor((time.getTime() - HALF_A_DAY_MS) / DAY_MS) * DAY_MS + HALF_A_DAY_MS);
}

/** The totals of the last nights with a matching run, the oldest first. */
export function lastNights(db: Db, filter: RunFilter, last: number, now: Date): Promise<Night[]> {
  const until = filter.to && filter.to < now ? new Date(filter.to.getTime() - 1) : now;
  const noon = noonBefore(until).getTime() - (last - 1) * DAY_MS;
  return readNights(db, filter, gte(runs.submittedAt, new Date(Math.max(noon, EARLIEST.getTime()))), now);
}

/** The totals of those of these nights that have a matching run, the oldest first. */
export async function nightsOf(db: Db, filter: RunFilter, dates: readonly string[], now: Date): Promise<Night[]> {
  if (dates.length === 0) return [];
  const isOneOf = dates.map((date) => {
    const noon = Date.parse(`${date}T12:00:00Z`);
    return and(gte(runs.submittedAt, new Date(noon)), lt(runs.submittedAt, new Date(noon + DAY_MS)));
  });
  return readNights(db, filter, or(...isOneOf), now);
}

/** An active run counts with its time so far. */
async function readNights(db: Db, filter: RunFilter, isOfNights: SQL | undefined, now: Date): Promise<Night[]> {
  const date = sql<string>`to_char((${runs.submittedAt} at time zone 'UTC') - interval '12 hours', 'YYYY-MM-DD')`;
  const took = sql`coalesce(${runs.finishedAt}, ${now.toISOString()}::timestamptz) - ${runs.startedAt}`;
  const rows = await db
    .select({
      date,
      phase: runs.phase,
      runs: sql<number>`count(*)::int`,
      seconds: sql<number>`coalesce(sum(extract(epoch from ${took})), 0)::float8`,
    })
    .from(runs)
    .where(and(conditions(filter), isOfNights, filter.text === null ? undefined : containsText(filter.text)))
    .groupBy(sql`1`, runs.phase)
    .orderBy(sql`1`, runs.phase);
  return [...Map.groupBy(rows, (row) => row.date)].map(([night, outcomes]) => ({ date: night, outcomes }));
}
