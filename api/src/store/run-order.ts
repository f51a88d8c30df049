/** The orders in which runs are listed, and positions in such a list. */
import { asc, desc, sql, type SQL } from 'drizzle-orm';
import { SequencerError } from '@sequencer/model';
import { readMoment } from '../lib/moment.ts';
import { isUuid } from '../lib/uuid.ts';
import type { RunSummary } from './run-store.ts';
import { runs } from './schema.ts';

/** Each is total: no two runs have the same position. */
export const RUN_ORDERS = ['NEWEST', 'OLDEST', 'LONGEST'] as const;
export type RunOrder = (typeof RUN_ORDERS)[number];

/** A position in the list of all runs: the time of submission or, for LONGEST, the duration in seconds, and the id. */
export interface RunCursor {
  value: string;
  id: string;
}

/** Must be the same expression as in the index `runs_longest`. */
const SECONDS = sql<number>`coalesce(extract(epoch from ${runs.finishedAt} - ${runs.startedAt}), -1)`;
const SECONDS_PATTERN = /^-?\d{1,12}(\.\d{1,6})?$/;
const MAX_CURSOR_LENGTH = 200;

export function cursorOf(
  run: Pick<RunSummary, 'id' | 'submittedAt' | 'startedAt' | 'finishedAt'>,
  order: RunOrder,
): RunCursor {
  const { id, submittedAt, startedAt, finishedAt } = run;
  if (order !== 'LONGEST') return { id, value: submittedAt.toISOString() };
  return { id, value: String(startedAt && finishedAt ? (finishedAt.getTime() - startedAt.getTime()) / 1000 : -1) };
}

export function encodeCursor({ value, id }: RunCursor): string {
  return Buffer.from(`${value} ${id}`).toString('base64url');
}

/** Throws BAD_INPUT unless it is a cursor of a list in this order. */
export function decodeCursor(cursor: string, order: RunOrder): RunCursor {
  const [value = '', id = ''] = Buffer.from(cursor.slice(0, MAX_CURSOR_LENGTH), 'base64url').toString().split(' ');
  const isValue = order === 'LONGEST' ? SECONDS_PATTERN.test(value) : readMoment(value) !== null;
  if (!isValue || !isUuid(id) || cursor.length > MAX_CURSOR_LENGTH) {
    throw new SequencerError(
      'BAD_INPUT',
      'after: this is not a cursor of this list.',
      'Use endCursor of the page before.',
    );
  }
  return { value, id };
}

export const keyOf = (order: RunOrder): SQL => (order === 'LONGEST' ? SECONDS : sql`${runs.submittedAt}`);

/**
 * The times of submission that a cluster gives have whole seconds, so that runs of the same time are in the order of their
 * numbers. The indexes do not have the number: PostgreSQL sorts these few runs incrementally.
 */
export function orderBy(order: RunOrder): SQL[] {
  if (order === 'LONGEST') return [desc(SECONDS), desc(runs.id)];
  const direction = order === 'OLDEST' ? asc : desc;
  return [direction(runs.submittedAt), direction(runs.number), direction(runs.id)];
}

/** A row comparison, so that PostgreSQL uses the index on its columns. */
export function isAfter(cursor: RunCursor | null, order: RunOrder): SQL | undefined {
  if (!cursor) return undefined;
  const { value, id } = cursor;
  if (order === 'LONGEST') return sql`(${SECONDS}, ${runs.id}) < (${value}::numeric, ${id}::uuid)`;
  const compare = sql.raw(order === 'OLDEST' ? '>' : '<');
  const number = sql`(select known.number from ${runs} known where known.id = ${id}::uuid)`;
  return sql`(${runs.submittedAt}, ${runs.number}, ${runs.id}) ${compare} (${value}::timestamptz, ${number}, ${id}::uuid)`;
}
