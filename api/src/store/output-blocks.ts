/** The lines of a run's output in blocks, for the search. */
import type { Stream } from '@sequencer/model/output';
import { SequencerError } from '@sequencer/model';
import { sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import { sqlStateOf } from './errors.ts';
import type { OutputFilter } from './output-pages.ts';

/** A line of output: the event that started it, and the number of lines that this event started before. */
export interface LinePosition {
  seq: number;
  ordinal: number;
}

export interface IndexedLine extends LinePosition {
  /** In search form. */
  words: string;
  stream: Stream;
  trace: number | null;
  scriptLine: number | null;
}

/** Blocks that the first statement of a search reads, and the most that one reads: each reads twice as many as the last. */
const FIRST_CHUNK = 8;
const LARGEST_CHUNK = 64;
const STATEMENT_TIMEOUT_MS = 5000;
const CANCELLED = '57014';

/** The number of blocks, the event up to which they have all output, and the lines of the last one. */
export async function lastBlock(
  db: Db,
  run: string,
): Promise<{ count: number; lastSeq: number; has: (line: LinePosition) => boolean }> {
  const { rows } = await db.execute<{ block: number; lastSeq: number; seqs: number[]; ordinals: number[] }>(sql`
    select block, last_seq as "lastSeq", seqs, ordinals from output_blocks where run = ${run}::uuid
    order by block desc limit 1`);
  const { block = -1, lastSeq = 0, seqs = [], ordinals = [] } = rows[0] ?? {};
  const has = ({ seq, ordinal }: LinePosition) =>
    seqs.some((each, index) => each === seq && ordinals[index] === ordinal);
  return { count: block + 1, lastSeq, has };
}

/** Returns false if the block exists: another replica made it. */
export async function insertBlock(
  db: Db,
  run: string,
  block: number,
  lastSeq: number,
  lines: readonly IndexedLine[],
): Promise<boolean> {
  const { rowCount } = await db.execute(sql`
    insert into output_blocks (run, block, last_seq, words, seqs, ordinals, streams, traces, script_lines)
    values (${run}::uuid, ${block}, ${lastSeq}, ${lines.map(({ words }) => words).join('\n')},
      ${sql.param(lines.map(({ seq }) => seq))}::int[], ${sql.param(lines.map(({ ordinal }) => ordinal))}::int[],
      ${sql.param(lines.map(({ stream }) => stream))}::text[], ${sql.param(lines.map(({ trace }) => trace))}::int[],
      ${sql.param(lines.map(({ scriptLine }) => scriptLine))}::int[])
    on conflict do nothing`);
  return rowCount === 1;
}

/** The block with the line at the position; the number of blocks if it is after all of them. */
export async function blockOf(db: Db, run: string, { seq }: LinePosition, count: number): Promise<number> {
  const { rows } = await db.execute<{ block: number }>(sql`
    select block from output_blocks where run = ${run}::uuid and last_seq >= ${seq} order by block limit 1`);
  return rows[0]?.block ?? count;
}

export interface LineQuery {
  run: string;
  /** Literal text, in search form. */
  words: string;
  filter: OutputFilter;
  /** Only lines between these, both exclusive. */
  after: LinePosition;
  before: LinePosition;
  limit: number;
}

const nextSize = (size: number) => Math.min(LARGEST_CHUNK, size * 2);

/** The first matching lines in blocks from `first` to `last`, inclusive, in order. Throws SEARCH_TOO_SLOW. */
export async function findForward(db: Db, query: LineQuery, first: number, last: number): Promise<LinePosition[]> {
  const found: LinePosition[] = [];
  let size = FIRST_CHUNK;
  for (let at = first; at <= last && found.length < query.limit; at += size, size = nextSize(size)) {
    const limit = query.limit - found.length;
    found.push(...(await findInChunk(db, { ...query, limit }, at, Math.min(last, at + size - 1), true)));
  }
  return found;
}

/** The last matching lines in blocks up to `last`, inclusive, in order. Throws SEARCH_TOO_SLOW. */
export async function findBackward(db: Db, query: LineQuery, last: number): Promise<LinePosition[]> {
  const found: LinePosition[] = [];
  let size = FIRST_CHUNK;
  for (let at = last; at >= 0 && found.length < query.limit; at -= size, size = nextSize(size)) {
    const limit = query.limit - found.length;
    found.push(...(await findInChunk(db, { ...query, limit }, Math.max(0, at - size + 1), at, false)));
  }
  return found.reverse();
}

async function findInChunk(
  db: Db,
  { run, words, filter: { stream, trace, firstLine, lastLine }, after, before, limit }: LineQuery,
  first: number,
  last: number,
  isForward: boolean,
): Promise<LinePosition[]> {
  const direction = isForward ? sql`asc` : sql`desc`;
  // `strpos` has no wildcards. It first skips blocks without the text.
  const query = sql`
    select line.seq, line.ordinal from output_blocks block,
      unnest(string_to_array(block.words, E'\\n'), block.seqs, block.ordinals, block.streams, block.traces, block.script_lines)
        as line (words, seq, ordinal, stream, trace, script_line)
    where block.run = ${run}::uuid and block.block between ${first} and ${last}
      and strpos(block.words, ${words}) > 0 and strpos(line.words, ${words}) > 0
      and (line.seq, line.ordinal) > (${after.seq}::int, ${after.ordinal}::int)
      and (line.seq, line.ordinal) < (${before.seq}::int, ${before.ordinal}::int)
      and (${stream}::text is null or line.stream = ${stream})
      and (${trace}::int is null or line.trace = ${trace})
      and (${firstLine}::int is null or line.script_line >= ${firstLine})
      and (${lastLine}::int is null or line.script_line <= ${lastLine})
    order by line.seq ${direction}, line.ordinal ${direction} limit ${limit}`;
  try {
    return await db.transaction(async (tx) => {
      await tx.execute(sql.raw(`set local statement_timeout = ${String(STATEMENT_TIMEOUT_MS)}`));
      const { rows } = await tx.execute<{ seq: number; ordinal: number }>(query);
      return rows;
    });
  } catch (error) {
    if (sqlStateOf(error) === CANCELLED) throw new SequencerError('SEARCH_TOO_SLOW');
    throw error;
  }
}

/** Whether `a` is before `b`. */
export function isBefore(a: LinePosition, b: LinePosition): boolean {
  return a.seq < b.seq || (a.seq === b.seq && a.ordinal < b.ordinal);
}

/** Whether findInBlocks would find the line. */
export function matches(line: IndexedLine, { words, filter, after, before }: LineQuery): boolean {
  const { stream, trace, firstLine, lastLine } = filter;
  return (
    line.words.includes(words) &&
    isBefore(after, line) &&
    isBefore(line, before) &&
    (stream === null || line.stream === stream) &&
    (trace === null || line.trace === trace) &&
    (firstLine === null || (line.scriptLine ?? 0) >= firstLine) &&
    (lastLine === null || (line.scriptLine ?? Infinity) <= lastLine)
  );
}
