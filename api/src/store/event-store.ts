/** The as-run record: events by run and seq, written in batches, each exactly once. */
import { and, asc, desc, eq, gt, inArray, lt, sql, type SQL } from 'drizzle-orm';
import type { Db } from './database.ts';
import { events } from './schema.ts';

/** An event as stored: `data` is the JSON of its fields besides seq, type and at. */
export interface StoredEvent {
  seq: number;
  type: string;
  /** ISO 8601, UTC. */
  at: string;
  data: string;
}

const columns = { seq: events.seq, type: events.type, at: events.at, data: events.data };

type Row = Omit<StoredEvent, 'at'> & { at: Date };

function fromRow(row: Row): StoredEvent {
  return { ...row, at: row.at.toISOString() };
}

/** The time where it can be stored: in the years 1 to 9999; else now. */
export function storableTime(at: string): string {
  return Number(at.slice(0, 4)) >= 1 ? at : new Date().toISOString();
}

/** Adds the events; those that are there already are left as they are. */
export async function appendEvents(db: Pick<Db, 'execute'>, run: string, batch: readonly StoredEvent[]): Promise<void> {
  await db.execute(sql`
    insert into events (run, seq, type, at, data)
    select ${run}::uuid, * from unnest(
      ${sql.param(batch.map((e) => e.seq))}::int[],
      ${sql.param(batch.map((e) => e.type))}::text[],
      ${sql.param(batch.map((e) => e.at))}::timestamptz[],
      ${sql.param(batch.map((e) => e.data))}::text[])
    on conflict do nothing`);
}

/** Events with seq > after, oldest first. */
export async function eventsAfter(
  db: Db,
  run: string,
  after: number,
  first: number,
  types: readonly string[] | null = null,
): Promise<StoredEvent[]> {
  const wanted =
    types === null
      ? undefined
      : types.includes('line')
        ? inArray(events.type, [...types])
        : inArray(events.seq, seqsOfTypes(run, after, first, types));
  const rows = await db
    .select(columns)
    .from(events)
    .where(and(eq(events.run, run), gt(events.seq, after), wanted))
    .orderBy(asc(events.seq))
    .limit(first);
  return rows.map(fromRow);
}

/** The next of each type, out of the index: the many events of other types that lie between are not read. */
function seqsOfTypes(run: string, after: number, first: number, types: readonly string[]): SQL {
  return sql`(
    select next.seq from unnest(${sql.param([...new Set(types)])}::text[]) wanted(type), lateral (
      select seq from events e
      where e.run = ${run}::uuid and e.type = wanted.type and e.type <> 'line' and e.seq > ${after}
      order by e.seq limit ${first}) next
    order by next.seq limit ${first})`;
}

/** The newest output events with seq < before, oldest of them first. */
export async function outputBefore(db: Db, run: string, before: number, last: number): Promise<StoredEvent[]> {
  const rows = await db
    .select(columns)
    .from(events)
    .where(and(eq(events.run, run), lt(events.seq, before), eq(events.type, 'output')))
    .orderBy(desc(events.seq))
    .limit(last);
  return rows.map(fromRow).reverse();
}
