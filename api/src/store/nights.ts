/** Totals of runs by night and outcome. A night is from noon to noon UTC. One query, with the index on the time of submission. */
import { and, gte, sql } from 'drizzle-orm';
import type { Phase } from '@sequencer/model';
import { EARLIEST } from '../lib/moment.ts';
import type { Db } from './database.ts';
import { conditions, type RunFilter } from './run-store.ts';
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

/** The last nights with a matching run, the oldest first. An active run counts with its time so far. */
export async function listNights(db: Db, filter: RunFilter, last: number, now: Date): Promise<Night[]> {
  const until = filter.to && filter.to < now ? new Date(filter.to.getTime() - 1) : now;
  const noon = noonBefore(until).getTime() - (last - 1) * DAY_MS;
  const earliest = new Date(Math.max(noon, EARLIEST.getTime()));
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
    .where(and(...conditions(filter), gte(runs.submittedAt, earliest)))
    .groupBy(sql`1`, runs.phase)
    .orderBy(sql`1`, runs.phase);
  return [...Map.groupBy(rows, (row) => row.date)].map(([night, outcomes]) => ({ date: night, outcomes }));
}
