/** Pages of the history, and their bounded count. */
import { and, sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import { countByPeriod, hasText } from './period-search.ts';
import { conditions, splitConditions, type RunFilter } from './run-filter.ts';
import { isAfter, orderBy, type RunCursor, type RunOrder } from './run-order.ts';
import { searchRuns, textCondition } from './run-search.ts';
import { findRuns, summaryColumns, type RunSummary } from './run-store.ts';
import { runs } from './schema.ts';

/** Up to this number, runs are counted exactly. */
export const MOST_COUNTED = 10_000;

/** A page of runs after a cursor. */
export async function listRuns(
  db: Db,
  filter: RunFilter,
  order: RunOrder,
  first: number,
  after: RunCursor | null,
): Promise<RunSummary[]> {
  const { indexed, others } = splitConditions(filter, order);
  if (filter.text === null && others === undefined) {
    return db
      .select(summaryColumns)
      .from(runs)
      .where(and(indexed, isAfter(after, order)))
      .orderBy(...orderBy(order))
      .limit(first);
  }
  const ids = await searchRuns(db, { filter, order, first, after });
  const found = new Map((await findRuns(db, ids)).map((run) => [run.id, run]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

export interface RunCount {
  count: number;
  /** False if there are more. */
  isExact: boolean;
}

/** The number of runs, counted up to `MOST_COUNTED`. */
export async function countRuns(db: Db, filter: RunFilter): Promise<RunCount> {
  const count = await countUpTo(db, filter, MOST_COUNTED + 1);
  return { count: Math.min(count, MOST_COUNTED), isExact: count <= MOST_COUNTED };
}

async function countUpTo(db: Db, filter: RunFilter, most: number): Promise<number> {
  // An outcome or a user may be rarer than the text: PostgreSQL decides which index to read.
  if (hasText(filter) && !filter.phases && filter.submittedBy === null) return countByPeriod(db, filter, most);
  const matching = db
    .select({ one: sql`1` })
    .from(runs)
    .where(and(conditions(filter), await textCondition(db, filter)))
    .limit(most)
    .as('matching');
  const [row] = await db.select({ count: sql<number>`count(*)::int` }).from(matching);
  return row?.count ?? 0;
}
