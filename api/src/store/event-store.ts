/** The as-run record: events by run and seq, written in batches, each exactly once. */
import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
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
  const wanted = types ? inArray(events.type, [...types]) : undefined;
  const rows = await db
    .select(columns)
    .from(events)
    .where(and(eq(events.run, run), gt(events.seq, after), wanted))
    .orderBy(asc(events.seq))
    .limit(first);
  return rows.map(fromRow);
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
