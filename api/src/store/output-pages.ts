/** Reads a run's output in pages: what the script printed, and the messages of its log points. */
import type { RunEvent } from '@sequencer/model/events';
import { outputPieceOf, type OutputPiece, type Stream } from '@sequencer/model/output';
import { sql, type SQL } from 'drizzle-orm';
import type { Db } from './database.ts';
import type { StoredEvent } from './event-store.ts';

/** Selects output. A field that is null selects all. */
export interface OutputFilter {
  stream: Stream | null;
  trace: number | null;
  /** Range of lines of the script, inclusive. */
  firstLine: number | null;
  lastLine: number | null;
}

export const ALL_OUTPUT: OutputFilter = { stream: null, trace: null, firstLine: null, lastLine: null };

/** Events between `after` and `before`, both exclusive: the first of them, or the last. */
export interface OutputRange {
  after: number;
  before: number;
  edge: 'first' | 'last';
}

export interface OutputPage {
  /** The oldest first. */
  events: StoredEvent[];
  /** Whether the range has more events. */
  hasMore: boolean;
}

/** @param bytes the page ends with the event at which its size reaches this value */
export async function readOutputPage(
  db: Pick<Db, 'execute'>,
  run: string,
  range: OutputRange,
  filter: OutputFilter,
  count: number,
  bytes: number,
): Promise<OutputPage> {
  const direction = range.edge === 'first' ? sql`asc` : sql`desc`;
  const types = [
    ...(filter.stream === 'LOG' ? [] : ['output']),
    ...(filter.stream === null || filter.stream === 'LOG' ? ['logged'] : []),
  ];
  // One ordered read of the index for each type: a read of both would pass all events of other types between them.
  const reads = types.map(
    (type) => sql`(
      select seq, type, at, data from events
      where run = ${run}::uuid and type = ${type} and type <> 'line' and seq > ${range.after} and seq < ${range.before}
        and ${conditions(type, filter)}
      order by seq ${direction} limit ${count + 1})`,
  );
  const { rows } = await db.execute<{ seq: number; type: string; at: Date; data: string; found: number }>(sql`
    select seq, type, at, data, found from (
      select *, count(*) over ()::int as found, row_number() over (order by seq ${direction}) as position,
        sum(octet_length(data)) over (order by seq ${direction}) - octet_length(data) as size_before
      from (select * from (${sql.join(reads, sql` union all `)}) each_type order by seq ${direction} limit ${count + 1}) page
    ) sized where position <= ${count} and size_before < ${bytes} order by seq`);
  const events = rows.map(({ seq, type, at, data }) => ({ seq, type, at: new Date(at).toISOString(), data }));
  return { events, hasMore: (rows[0]?.found ?? 0) > rows.length };
}

/** The fields of `data` are compared as text: a runner of another version may have sent other types. */
function conditions(type: string, { stream, trace, firstLine, lastLine }: OutputFilter): SQL {
  const field = (name: string) => sql`(data::json ->> ${sql.raw(`'${name}'`)})`;
  const all = [sql`true`];
  if (stream !== null && type === 'output') all.push(sql`${field('stream')} = ${stream}`);
  if (trace !== null) all.push(sql`${field('trace')} = ${String(trace)}`);
  if (firstLine !== null || lastLine !== null) {
    const line = sql`case when ${field('line')} ~ '^[0-9]{1,9}$' then ${field('line')}::int end`;
    all.push(sql`${line} between ${firstLine ?? 1} and ${lastLine ?? 2 ** 31 - 1}`);
    if (type === 'logged') all.push(sql`${field('file')} = '<script>'`);
  }
  return sql.join(all, sql` and `);
}

/** The output of an event; null for an event of another type, and for one that is not as the protocol requires. */
export function readPiece({ seq, at, type, data }: StoredEvent): OutputPiece | null {
  const piece = outputPieceOf({ ...(JSON.parse(data) as object), seq, at, type } as unknown as RunEvent);
  return typeof piece?.text === 'string' ? piece : null;
}

/** Whether readOutputPage would select the event. */
export function isOutputIn(event: StoredEvent, { after, before }: OutputRange, filter: OutputFilter): boolean {
  if (event.seq <= after || event.seq >= before) return false;
  const piece = readPiece(event);
  return (
    piece !== null &&
    (filter.stream === null || piece.stream === filter.stream) &&
    (filter.trace === null || piece.trace === filter.trace) &&
    (filter.firstLine === null || (piece.line ?? 0) >= filter.firstLine) &&
    (filter.lastLine === null || (piece.line ?? Infinity) <= filter.lastLine)
  );
}
