/** The record of a run: events by run and seq, written in batches, each exactly once. */
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

/** The time if PostgreSQL can store it, in the years 1 to 9999; otherwise now. */
export function storableTime(at: string): string {
  return Number(at.slice(0, 4)) >= 1 ? at : new Date().toISOString();
}

/** Inserts the events. Existing events are not changed. */
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

/** The size of the data of the events, in bytes. */
export function sizeOf(batch: readonly StoredEvent[]): number {
  return batch.reduce((sum, event) => sum + Buffer.byteLength(event.data), 0);
}

/** The first events, up to and including the one with which their size reaches `bytes`. */
export function firstBytes(batch: readonly StoredEvent[], bytes: number): StoredEvent[] {
  let size = 0;
  const end = batch.findIndex((event) => (size += Buffer.byteLength(event.data)) >= bytes);
  return end < 0 ? [...batch] : batch.slice(0, end + 1);
}

/**
 * Events with seq > after, oldest first.
 *
 * @param bytes the page ends with the event at which its size reaches this value, even with fewer than `first` events
 */
export async function eventsAfter(
  db: Db,
  run: string,
  after: number,
  first: number,
  types: readonly string[] | null = null,
  bytes: number | null = null,
): Promise<StoredEvent[]> {
  const wanted =
    types === null
      ? undefined
      : types.includes('line')
        ? inArray(events.type, [...types])
        : inArray(events.seq, seqsOfTypes(run, after, first, types));
  const where = and(eq(events.run, run), gt(events.seq, after), wanted);
  const rows = await readPage(db, where, asc, first, bytes);
  return rows.map(fromRow);
}

/** The next events of each type, from the index. The many events of other types between them are not read. */
function seqsOfTypes(run: string, after: number, first: number, types: readonly string[]): SQL {
  return sql`(
    select next.seq from unnest(${sql.param([...new Set(types)])}::text[]) wanted(type), lateral (
      select seq from events e
      where e.run = ${run}::uuid and e.type = wanted.type and e.type <> 'line' and e.seq > ${after}
      order by e.seq limit ${first}) next
    order by next.seq limit ${first})`;
}

/**
 * A page of events, ordered by seq.
 *
 * @param bytes the page ends with the event at which its size reaches this value; null: no limit. Sizes are read without the data
 */
function readPage(
  db: Db,
  where: SQL | undefined,
  direction: typeof asc,
  first: number,
  bytes: number | null,
): Promise<Row[]> {
  const all = db.select(columns).from(events).where(where).orderBy(direction(events.seq)).limit(first);
  if (bytes === null) return all;
  const page = all.as('page');
  const size = sql<number>`octet_length(${page.data})`;
  const before = sql<number>`sum(${size}) over (order by ${direction(page.seq)}) - ${size}`.as('before');
  const { seq, type, at, data } = page;
  const sized = db.select({ seq, type, at, data, before }).from(page).as('sized');
  return db
    .select({ seq: sized.seq, type: sized.type, at: sized.at, data: sized.data })
    .from(sized)
    .where(lt(sized.before, bytes))
    .orderBy(direction(sized.seq));
}

/** The newest output events with seq < before, oldest first. */
export async function outputBefore(
  db: Db,
  run: string,
  before: number,
  last: number,
  bytes: number,
): Promise<StoredEvent[]> {
  const where = and(eq(events.run, run), lt(events.seq, before), eq(events.type, 'output'));
  const rows = await readPage(db, where, desc, last, bytes);
  return rows.map(fromRow).reverse();
}
