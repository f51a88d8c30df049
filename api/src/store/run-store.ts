/** Queries for rows of runs. The rules for runs are in `runs/`. */
import { and, asc, desc, eq, gte, ilike, inArray, lt, or, sql, type SQL } from 'drizzle-orm';
import { getTableColumns } from 'drizzle-orm';
import { OPEN_PHASES, SequencerError, exactText, searchForm, type Phase } from '@sequencer/model';
import { sha256 } from '../lib/sha256.ts';
import { isUuid } from '../lib/uuid.ts';
import { readMoment } from '../lib/moment.ts';
import type { Db } from './database.ts';
import { runs, sequencers, type RunRow } from './schema.ts';

const { script: _script, view: _view, words: _words, ...summaryColumns } = getTableColumns(runs);
export { summaryColumns };

/** A run without its large columns. */
export type RunSummary = Omit<RunRow, 'script' | 'view' | 'words'>;

export interface RunFilter {
  sequencer: string | null;
  phases: readonly Phase[] | null;
  text: string | null;
  submittedBy: string | null;
  from: Date | null;
  to: Date | null;
}

const ACTIVE: Phase[] = OPEN_PHASES.filter((phase) => phase !== 'QUEUED');

export async function findRun(db: Db, id: string): Promise<RunSummary | null> {
  const rows = await db.select(summaryColumns).from(runs).where(eq(runs.id, id));
  return rows[0] ?? null;
}

/** The existing runs among the ids, in no order. */
export function findRuns(db: Db, ids: readonly string[]): Promise<RunSummary[]> {
  return db
    .select(summaryColumns)
    .from(runs)
    .where(inArray(runs.id, [...ids]));
}

export async function findByRequest(
  db: Pick<Db, 'select'>,
  submittedBy: string,
  requestId: string,
): Promise<RunSummary | null> {
  const rows = await db
    .select(summaryColumns)
    .from(runs)
    .where(and(eq(runs.submittedBy, submittedBy), eq(runs.requestId, requestId)));
  return rows[0] ?? null;
}

export async function scriptOf(db: Db, id: string): Promise<string> {
  const rows = await db.select({ script: runs.script }).from(runs).where(eq(runs.id, id));
  if (!rows[0]) throw new SequencerError('UNKNOWN_RUN');
  return rows[0].script;
}

export async function viewOf(db: Db, id: string): Promise<{ view: string | null; viewSeq: number; lastSeq: number }> {
  const columns = { view: runs.view, viewSeq: runs.viewSeq, lastSeq: runs.lastSeq };
  const rows = await db.select(columns).from(runs).where(eq(runs.id, id));
  if (!rows[0]) throw new SequencerError('UNKNOWN_RUN');
  return rows[0];
}

/** The runs that occupy their sequencer. */
export function activeRuns(db: Db): Promise<RunSummary[]> {
  return db.select(summaryColumns).from(runs).where(inArray(runs.phase, ACTIVE));
}

/** The orders in which runs are listed. Each is total: no two runs have the same position. */
export const RUN_ORDERS = ['NEWEST', 'OLDEST', 'LONGEST'] as const;
export type RunOrder = (typeof RUN_ORDERS)[number];

/** A position in the list of all runs: the time of submission or, for LONGEST, the duration in seconds, and the id. */
export interface RunCursor {
  value: string;
  id: string;
}

const SECONDS = sql`coalesce(extract(epoch from ${runs.finishedAt} - ${runs.startedAt}), -1)`;
const SECONDS_PATTERN = /^-?\d{1,12}(\.\d{1,6})?$/;
const MAX_CURSOR_LENGTH = 200;

export function cursorOf(run: RunSummary, order: RunOrder): RunCursor {
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
      'after: this is not a cursor of this list. Use endCursor of the page before.',
    );
  }
  return { value, id };
}

/** A page of runs after a cursor. */
export function listRuns(
  db: Db,
  filter: RunFilter,
  order: RunOrder,
  first: number,
  after: RunCursor | null,
): Promise<RunSummary[]> {
  const key = order === 'LONGEST' ? SECONDS : sql`${runs.submittedAt}`;
  const direction = order === 'OLDEST' ? asc : desc;
  return db
    .select(summaryColumns)
    .from(runs)
    .where(and(...conditions(filter), after ? isAfterCursor(after, order, key) : undefined))
    .orderBy(direction(key), direction(runs.id))
    .limit(first);
}

export async function countRuns(db: Db, filter: RunFilter): Promise<number> {
  const rows = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(runs)
    .where(and(...conditions(filter)));
  return rows[0]?.count ?? 0;
}

/** A row comparison, so that PostgreSQL uses the index on both columns. */
function isAfterCursor({ value, id }: RunCursor, order: RunOrder, key: SQL): SQL {
  const typed = order === 'LONGEST' ? sql`${value}::numeric` : sql`${value}::timestamptz`;
  const compare = sql.raw(order === 'OLDEST' ? '>' : '<');
  return sql`(${key}, ${runs.id}) ${compare} (${typed}, ${id}::uuid)`;
}

export function conditions(filter: RunFilter): (SQL | undefined)[] {
  const { text } = filter;
  return [
    filter.sequencer === null ? undefined : eq(runs.sequencer, filter.sequencer),
    filter.phases ? inArray(runs.phase, [...filter.phases]) : undefined,
    text === null ? undefined : or(ilike(runs.words, containing(searchForm(text))), ...inScript(text)),
    filter.submittedBy === null ? undefined : eq(runs.submittedBy, filter.submittedBy.normalize('NFC')),
    filter.from ? gte(runs.submittedAt, filter.from) : undefined,
    filter.to ? lt(runs.submittedAt, filter.to) : undefined,
  ];
}

function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/** Scripts are stored unchanged: composed, decomposed, or both. */
function inScript(text: string): SQL[] {
  const forms = new Set([text, text.normalize('NFC'), text.normalize('NFD')]);
  return [...forms].map((form) => ilike(runs.script, containing(form)));
}

/** Stores the script, as the runner sent it, of a run that was created without it. Returns its hash. */
export async function storeScript(db: Db, id: string, sent: string): Promise<string> {
  const script = exactText(sent);
  const scriptHash = sha256(script);
  await db.update(runs).set({ script, scriptHash }).where(eq(runs.id, id));
  return scriptHash;
}

/** The text that the search of the history matches, in search form: number, title, user and failure. */
export function wordsOf(run: Pick<RunRow, 'sequencer' | 'number' | 'title' | 'submittedBy' | 'failure'>): string {
  const failure = run.failure ? `${run.failure.exception}: ${run.failure.message}` : '';
  const words = [`${run.sequencer}/${String(run.number)}`, run.title ?? '', run.submittedBy, failure];
  return searchForm(words.join('\n'));
}

/** Sets the queue positions of runs in one statement. Changes only rows that differ and are still queued. */
export async function setPlaces(
  db: Pick<Db, 'execute'>,
  places: readonly { id: string; place: number }[],
): Promise<void> {
  await db.execute(sql`
    update ${runs} set place = wanted.place
    from unnest(
      ${sql.param(places.map(({ id }) => id))}::uuid[],
      ${sql.param(places.map(({ place }) => place))}::int[]) wanted(id, place)
    where runs.id = wanted.id and runs.place <> wanted.place and runs.phase = 'QUEUED'`);
}

/** Returns false, and changes nothing, if the run is no longer queued. */
export async function cancelQueued(db: Pick<Db, 'update'>, id: string, reason: string): Promise<boolean> {
  const { rowCount } = await db
    .update(runs)
    .set({ phase: 'CANCELLED', reason, finishedAt: new Date() })
    .where(and(eq(runs.id, id), eq(runs.phase, 'QUEUED')));
  return rowCount === 1;
}

/** Sets whether a failure pauses the runs of the sequencer that do not specify it. */
export async function setHoldOnFailure(db: Db, sequencer: string, hold: boolean): Promise<void> {
  await db.update(sequencers).set({ holdOnFailure: hold }).where(eq(sequencers.name, sequencer));
}
