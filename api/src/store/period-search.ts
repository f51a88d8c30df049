/**
 * Searches text period by period, and stops when it has found enough. The time depends on the runs in the periods that it
 * reads, not on how many runs of other periods have the text.
 */
import { and, asc, desc, or, sql, type SQL } from 'drizzle-orm';
import type { Db } from './database.ts';
import { periodOf, periodTags, tagOf } from './period-tags.ts';
import { conditions, textMatches, type RunFilter } from './run-filter.ts';
import { isAfter, orderBy, type RunCursor } from './run-order.ts';
import { runs } from './schema.ts';

export interface TextFilter extends RunFilter {
  text: string;
}

/** An index is searched for each three characters of the text. For more of them, a step takes more periods together. */
const LENGTH_OF_STEP = 13;
/** A count needs no order, so that it stops at the run that it needs, also in a long step. */
const PERIODS_OF_COUNT = 8;

export const hasText = (filter: RunFilter): filter is TextFilter => filter.text !== null;

/** The ids of the first runs after the cursor, in order of their submission. */
export async function searchByPeriod(
  db: Db,
  filter: TextFilter,
  order: 'NEWEST' | 'OLDEST',
  first: number,
  after: RunCursor,
): Promise<string[]> {
  const { earliest, latest } = bounds(filter);
  const start = periodOf(sql`${after.value}::timestamptz`);
  const step = Math.ceil(filter.text.length / LENGTH_OF_STEP) * (order === 'NEWEST' ? -1 : 1);
  const direction = sql.raw(order === 'NEWEST' ? 'desc' : 'asc');
  const { rows } = await db.execute<{ id: string }>(sql`
    select id from (
      select found.* from (
        select period from generate_series(${start}, ${order === 'NEWEST' ? earliest : latest}, ${step}::int) period
        order by 1 ${direction}
      ) periods
      cross join lateral (
        select id, submitted_at from (${ofPeriods(filter, step)}) runs
        where ${and(conditions(filter), isAfter(after, order))} order by ${sql.join(orderBy(order), sql`, `)} limit ${first}
      ) found order by period ${direction} limit ${first}
    ) found order by submitted_at ${direction}, id ${direction}`);
  return rows.map(({ id }) => id);
}

/** The number of runs, counted up to `most`. */
export async function countByPeriod(db: Db, filter: TextFilter, most: number): Promise<number> {
  const { earliest, latest } = bounds(filter);
  const { rows } = await db.execute<{ count: number }>(sql`
    select count(*)::int as count from (
      select from generate_series(${earliest}, ${latest}, ${PERIODS_OF_COUNT}::int) period cross join lateral (
        select from (${ofPeriods(filter, PERIODS_OF_COUNT)}) runs where ${conditions(filter) ?? sql`true`} limit ${most}
      ) found limit ${most}
    ) matching`);
  return rows[0]?.count ?? 0;
}

/** The periods of the first and last run that the filter may select. Null without runs. */
function bounds({ from, to }: RunFilter): { earliest: SQL; latest: SQL } {
  const time = runs.submittedAt;
  const bound = (moment: SQL, order: SQL) =>
    sql`(select ${periodOf(moment)} from (select ${time} from ${runs} order by ${order} limit 1) run)`;
  return {
    earliest: bound(sql`greatest(submitted_at, ${from?.toISOString() ?? null}::timestamptz)`, asc(time)),
    latest: bound(sql`least(submitted_at, ${to?.toISOString() ?? null}::timestamptz)`, desc(time)),
  };
}

/**
 * The runs with the text in the periods of the current step. These are in each condition, so that the index of each text reads
 * both. `offset 0` keeps PostgreSQL from adding other conditions, for which it would read all periods of another index.
 */
function ofPeriods({ text, sequencer }: TextFilter, step: number): SQL {
  const periods = Array.from({ length: Math.abs(step) }, (_, index) =>
    sql.raw(`(period + ${String(index * Math.sign(step))})`),
  );
  const tags = periods.map((period) => tagOf(period, sequencer));
  const isInPeriods = sql`${periodTags(runs)} && array[${sql.join(tags, sql`, `)}]`;
  const { id, number, phase, submittedBy, submittedAt } = runs;
  const columns = sql.join([id, runs.sequencer, number, phase, submittedBy, submittedAt], sql`, `);
  const has = or(...textMatches(text).map((match) => and(match, isInPeriods)));
  return sql`select ${columns} from ${runs} where ${has} offset 0`;
}
