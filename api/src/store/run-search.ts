/**
 * Finds the runs that contain a text, in an order. A frequent text is found soonest by reading the runs in that order; a
 * rare one by the trigram indexes, which find all its runs. Which of the two it is, the first runs in the order show.
 */
import { and, sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import { conditions, containsText, matchesText, type RunFilter } from './run-filter.ts';
import { cursorOf, isAfter, orderBy, type RunCursor, type RunOrder } from './run-order.ts';
import { runs } from './schema.ts';

/** How many runs to read in order at first. */
const SAMPLE = 1000;
/** How many to read in order at most, if the sample promises that this is enough. */
const MOST_IN_ORDER = 8000;

/** The ids of the first runs with the text after the cursor, in order. */
export async function searchRuns(
  db: Db,
  filter: RunFilter & { text: string },
  order: RunOrder,
  first: number,
  after: RunCursor | null,
): Promise<string[]> {
  const sample = await readInOrder(db, filter, order, SAMPLE, after);
  const found = sample.filter(({ hit }) => hit).map(({ id }) => id);
  const last = sample.at(-1);
  if (found.length >= first || sample.length < SAMPLE || !last) return found.slice(0, first);
  const needed = Math.ceil((SAMPLE * first * 1.5) / Math.max(found.length, 1)) - SAMPLE;
  if (needed <= MOST_IN_ORDER) {
    const rest = await readInOrder(db, filter, order, needed, cursorOf(last, order));
    found.push(...rest.filter(({ hit }) => hit).map(({ id }) => id));
    if (found.length >= first || rest.length < needed) return found.slice(0, first);
  }
  return byIndex(db, filter, order, first, after);
}

function readInOrder(
  db: Db,
  filter: RunFilter & { text: string },
  order: RunOrder,
  count: number,
  after: RunCursor | null,
) {
  const { id, submittedAt, startedAt, finishedAt } = runs;
  return db
    .select({ id, submittedAt, startedAt, finishedAt, hit: containsText(filter.text) })
    .from(runs)
    .where(and(...conditions(filter), isAfter(after, order)))
    .orderBy(...orderBy(order))
    .limit(count);
}

/** Finds all runs with the text before it sorts them: otherwise PostgreSQL may read in order until it has enough. */
async function byIndex(
  db: Db,
  filter: RunFilter & { text: string },
  order: RunOrder,
  first: number,
  after: RunCursor | null,
): Promise<string[]> {
  const { id, submittedAt, startedAt, finishedAt } = runs;
  const matching = db
    .select({ id, submittedAt, startedAt, finishedAt })
    .from(runs)
    .where(and(...conditions(filter), matchesText(filter.text), isAfter(after, order)));
  const { rows } = await db.execute<{ id: string }>(sql`
    with runs as materialized ${matching}
    select id from runs order by ${sql.join(orderBy(order), sql`, `)} limit ${first}`);
  return rows.map((row) => row.id);
}
