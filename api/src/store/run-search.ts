/**
 * Finds the first runs in an order that meet conditions which no index serves in this order. If many runs meet them, these are
 * found soonest by reading the runs in order; if few do, by finding all of them and sorting. The first runs show which it is.
 */
import { and, or, sql, type SQL } from 'drizzle-orm';
import type { Db } from './database.ts';
import { findText, hasText, searchByPeriod, type TextFilter } from './period-search.ts';
import { conditions, containsText, splitConditions, textMatches, type RunFilter } from './run-filter.ts';
import { isAfter, keyOf, orderBy, type RunCursor, type RunOrder } from './run-order.ts';
import { runs } from './schema.ts';

/** How many runs are read in order at first. */
const SAMPLE = 1000;
/** How many are read in order after that, at most. */
const MORE = 8000;
/** A text is rare if at most this many runs have it. */
const RARE = 5000;

export interface Search {
  filter: RunFilter;
  order: RunOrder;
  first: number;
  after: RunCursor | null;
}

type TimeSearch = Search & { filter: TextFilter; order: 'NEWEST' | 'OLDEST' };

const isByTime = (search: Search): search is TimeSearch => hasText(search.filter) && search.order !== 'LONGEST';

/** The ids of the first runs after the cursor, in order. */
export async function searchRuns(db: Db, search: Search): Promise<string[]> {
  const { filter, first } = search;
  const sample = await readInOrder(db, search, SAMPLE);
  if (sample.end === null || sample.ids.length >= first) return sample.ids.slice(0, first);
  if (isByTime(search) && !(await areFew(db, conditions(filter)))) {
    return [...sample.ids, ...(await searchOnwards(db, search, first - sample.ids.length, sample.end))];
  }
  const isFrequent = (sample.ids.length * (SAMPLE + MORE)) / SAMPLE >= 1.5 * first;
  if (filter.text !== null && !isFrequent && !(await hasFewLeft(db, { ...search, after: sample.end }))) {
    const found = await findAndSort(db, search, RARE + 1);
    if (found.count <= RARE) return found.ids;
  }
  const more = await readInOrder(db, { ...search, after: sample.end }, MORE);
  const ids = [...sample.ids, ...more.ids];
  if (more.end === null || ids.length >= first) return ids.slice(0, first);
  return (await findAndSort(db, search, null)).ids;
}

/** The ids of the first runs after a place from which the next runs seldom have the text. */
async function searchOnwards(db: Db, search: TimeSearch, first: number, place: RunCursor): Promise<string[]> {
  const { filter, order } = search;
  const next = await findText(db, filter, order, place);
  if (!next) return [];
  if (!next.hasMany) return searchByPeriod(db, filter, order, first, next.from);
  const { ids, end } = await readInOrder(db, { ...search, first, after: next.from }, MORE);
  if (end === null || ids.length >= first) return ids.slice(0, first);
  return [...ids, ...(await searchByPeriod(db, filter, order, first - ids.length, end))];
}

/**
 * Reads up to this many runs in order, until enough of them meet all conditions. Returns these, and where it ended if there
 * are more. Both queries sort by the same columns: PostgreSQL then does not sort again, and stops at the last run it needs.
 */
async function readInOrder(
  db: Db,
  { filter, order, first, after }: Search,
  count: number,
): Promise<{ ids: string[]; end: RunCursor | null }> {
  const { indexed, others } = splitConditions(filter, order);
  const isHit = and(others, filter.text === null ? undefined : containsText(filter.text)) ?? sql`true`;
  const key = sql`${keyOf(order)}`.as('key');
  const inOrder = db
    .select({
      id: runs.id,
      key,
      number: runs.number,
      hit: sql<boolean>`coalesce(${isHit}, false)`.as('hit'),
      position: sql<number>`row_number() over (order by ${sql.join(orderBy(order), sql`, `)})`.as('position'),
    })
    .from(runs)
    .where(and(indexed, isAfter(after, order)))
    .orderBy(...orderBy(order))
    .limit(count);
  const columns = order === 'LONGEST' ? ['key', 'id'] : ['key', 'number', 'id'];
  const sameOrder = sql.raw(columns.map((column) => `${column} ${order === 'OLDEST' ? 'asc' : 'desc'}`).join(', '));
  const { rows } = await db.execute<{ id: string; value: string; hit: boolean; last: boolean }>(sql`
    select id, key::text as value, hit, position = ${count} as last from ${inOrder} in_order
    where hit or position = ${count} order by ${sameOrder} limit ${first}`);
  const last = rows.at(-1);
  return {
    ids: rows.filter(({ hit }) => hit).map(({ id }) => id),
    end: last?.last ? { id: last.id, value: last.value } : null,
  };
}

/** Whether so few runs are left after the cursor that all can be read in order. */
function hasFewLeft(db: Db, { filter, order, after }: Search): Promise<boolean> {
  const { indexed } = splitConditions(filter, order);
  return areFew(db, and(indexed, isAfter(after, order)));
}

/** The condition for the text: by the trigram indexes, unless the other conditions leave few runs to read. */
export async function textCondition(db: Db, filter: RunFilter): Promise<SQL | undefined> {
  if (filter.text === null) return undefined;
  return (await areFew(db, conditions(filter))) ? containsText(filter.text) : or(...textMatches(filter.text));
}

async function areFew(db: Db, condition: SQL | undefined): Promise<boolean> {
  const one = sql`1`;
  return (await db.select({ one }).from(runs).where(condition).offset(MORE).limit(1)).length === 0;
}

/** Finds up to `most` runs, then sorts them. Materialized: otherwise PostgreSQL may read in order until it has enough. */
async function findAndSort(
  db: Db,
  { filter, order, first, after }: Search,
  most: number | null,
): Promise<{ ids: string[]; count: number }> {
  const { id, number, submittedAt, startedAt, finishedAt } = runs;
  const text = await textCondition(db, filter);
  const all = db
    .select({ id, number, submittedAt, startedAt, finishedAt })
    .from(runs)
    .where(and(conditions(filter), text, isAfter(after, order)));
  const matching = most === null ? all : all.limit(most);
  const { rows } = await db.execute<{ id: string; count: number }>(sql`
    with runs as materialized ${matching}
    select id, (count(*) over ())::int as count from runs order by ${sql.join(orderBy(order), sql`, `)} limit ${first}`);
  return { ids: rows.map((row) => row.id), count: rows[0]?.count ?? 0 };
}
