/**
 * Searches text period by period, and stops when it has found enough. The time depends on the runs in the periods that it
 * reads, not on how many runs of other periods have the text.
 */
import { and, asc, desc, or, sql, type SQL } from 'drizzle-orm';
import type { Db } from './database.ts';
import { periodOf, periodTags, startOf, tagOf } from './period-tags.ts';
import { conditions, textMatches, type RunFilter } from './run-filter.ts';
import { isAfter, orderBy, type RunCursor } from './run-order.ts';
import { runs } from './schema.ts';

export interface TextFilter extends RunFilter {
  text: string;
}

type TimeOrder = 'NEWEST' | 'OLDEST';

/**
 * An index is searched for each three characters of a text. For a longer text, a step takes more periods together: this is the
 * length for each of them.
 */
const LENGTH_PER_PERIOD = { find: 13, list: 4 };
/** A count needs no order, so that it stops at the run that it needs, also in a long step. */
const PERIODS_OF_COUNT = 8;
/** With this many hits in a step, reading its runs in order finds a page soon. */
const MANY = 500;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export const hasText = (filter: RunFilter): filter is TextFilter => filter.text !== null;

/** Where the first step begins that has runs with the text after the cursor, and whether it has many. Null if none has. */
export async function findText(
  db: Db,
  filter: TextFilter,
  order: TimeOrder,
  after: RunCursor,
): Promise<{ from: RunCursor; hasMany: boolean } | null> {
  const step = stepOf(filter, order, LENGTH_PER_PERIOD.find);
  const { rows } = await db.execute<{ start: string; hits: number }>(sql`
    select ${startOf(order === 'NEWEST' ? sql`period + 1` : sql`period`)} as start, hits from (${steps(filter, order, after, step)}) steps cross join lateral (
      select count(*)::int as hits from (
        select from (${ofPeriods(filter, step)}) runs where ${and(conditions(filter), isAfter(after, order))} limit ${MANY}
      ) found
    ) counted where hits > 0 order by period ${directionOf(order)} limit 1`);
  const [row] = rows;
  if (!row) return null;
  // The cursor may be within the step.
  const isAhead =
    order === 'NEWEST'
      ? Date.parse(row.start) < Date.parse(after.value)
      : Date.parse(row.start) > Date.parse(after.value);
  return { from: isAhead ? { value: row.start, id: FIRST_ID } : after, hasMany: row.hits === MANY };
}

/** The ids of the first runs after the cursor, in order of their submission. */
export async function searchByPeriod(
  db: Db,
  filter: TextFilter,
  order: TimeOrder,
  first: number,
  after: RunCursor,
): Promise<string[]> {
  const step = stepOf(filter, order, LENGTH_PER_PERIOD.list);
  const direction = directionOf(order);
  const { rows } = await db.execute<{ id: string }>(sql`
    select id from (
      select found.* from (${steps(filter, order, after, step)}) steps cross join lateral (
        select id, submitted_at from (${ofPeriods(filter, step)}) runs
        where ${and(conditions(filter), isAfter(after, order))} order by ${sql.join(orderBy(order), sql`, `)} limit ${first}
      ) found order by period ${direction} limit ${first}
    ) found order by submitted_at ${direction}, id ${direction}`);
  return rows.map(({ id }) => id);
}

const directionOf = (order: TimeOrder) => sql.raw(order === 'NEWEST' ? 'desc' : 'asc');

/** The number of periods of a step, negative towards earlier ones. */
const stepOf = ({ text }: TextFilter, order: TimeOrder, lengthPerPeriod: number) =>
  Math.ceil(text.length / lengthPerPeriod) * (order === 'NEWEST' ? -1 : 1);

/** The first period of each step after the cursor. */
function steps(filter: TextFilter, order: TimeOrder, after: RunCursor, step: number): SQL {
  const { earliest, latest } = bounds(filter);
  const start = periodOf(sql`${after.value}::timestamptz`);
  const end = order === 'NEWEST' ? earliest : latest;
  return sql`select period from generate_series(${start}, ${end}, ${step}::int) period order by 1 ${directionOf(order)}`;
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
