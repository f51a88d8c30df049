/** Rows of runs: made, found, listed, changed. What the rules are is decided in `runs/`. */
import { and, asc, desc, eq, gte, ilike, inArray, lt, or, sql, type SQL } from 'drizzle-orm';
import { getTableColumns } from 'drizzle-orm';
import { OPEN_PHASES, SequencerError, type Phase } from '@sequencer/model';
import type { Db } from './database.ts';
import { runs, type RunRow } from './schema.ts';

const { script: _script, view: _view, words: _words, ...light } = getTableColumns(runs);

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
  const rows = await db.select(light).from(runs).where(eq(runs.id, id));
  return rows[0] ?? null;
}

export async function findByRequest(db: Db, submittedBy: string, requestId: string): Promise<RunSummary | null> {
  const rows = await db
    .select(light)
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

/** The runs that hold their sequencer. */
export function activeRuns(db: Db): Promise<RunSummary[]> {
  return db.select(light).from(runs).where(inArray(runs.phase, ACTIVE));
}

/** The active run of a sequencer, its waiting ones in order, and the newest that has ended. */
export async function runsOfSequencer(
  db: Db,
  sequencer: string,
): Promise<{ active: RunSummary | null; queue: RunSummary[]; last: RunSummary | null }> {
  const own = eq(runs.sequencer, sequencer);
  const open = await db
    .select(light)
    .from(runs)
    .where(and(own, inArray(runs.phase, [...OPEN_PHASES])))
    .orderBy(asc(runs.place));
  const last = await db
    .select(light)
    .from(runs)
    .where(and(own, sql`${runs.phase} not in ('QUEUED', 'STARTING', 'RUNNING', 'PAUSED', 'STOPPING')`))
    .orderBy(desc(runs.submittedAt), desc(runs.id))
    .limit(1);
  return {
    active: open.find((run) => run.phase !== 'QUEUED') ?? null,
    queue: open.filter((run) => run.phase === 'QUEUED'),
    last: last[0] ?? null,
  };
}

/** A place in the list of all runs, newest first. */
export interface Place {
  submittedAt: Date;
  id: string;
}

export function encodeCursor({ submittedAt, id }: Place): string {
  return Buffer.from(`${submittedAt.toISOString()} ${id}`).toString('base64url');
}

export function decodeCursor(cursor: string): Place {
  const [at, id] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const submittedAt = new Date(at ?? '');
  if (Number.isNaN(submittedAt.getTime()) || !id || !/^[0-9a-f-]{36}$/.test(id)) {
    throw new SequencerError(
      'BAD_INPUT',
      'after: this is not a cursor of this list. Use endCursor of the page before.',
    );
  }
  return { submittedAt, id };
}

/** Newest first, the ones after a place. */
export function listRuns(db: Db, filter: RunFilter, first: number, after: Place | null): Promise<RunSummary[]> {
  return db
    .select(light)
    .from(runs)
    .where(and(...conditions(filter), after ? beyond(after) : undefined))
    .orderBy(desc(runs.submittedAt), desc(runs.id))
    .limit(first);
}

/** As a row comparison, so that the index on both columns is used. */
function beyond({ submittedAt, id }: Place): SQL {
  return sql`(${runs.submittedAt}, ${runs.id}) < (${submittedAt.toISOString()}::timestamptz, ${id}::uuid)`;
}

function conditions(filter: RunFilter): (SQL | undefined)[] {
  const like = filter.text ? `%${filter.text.replace(/[\\%_]/g, '\\$&')}%` : null;
  return [
    filter.sequencer === null ? undefined : eq(runs.sequencer, filter.sequencer),
    filter.phases ? inArray(runs.phase, [...filter.phases]) : undefined,
    like === null ? undefined : or(ilike(runs.words, like), ilike(runs.script, like)),
    filter.submittedBy === null ? undefined : eq(runs.submittedBy, filter.submittedBy),
    filter.from ? gte(runs.submittedAt, filter.from) : undefined,
    filter.to ? lt(runs.submittedAt, filter.to) : undefined,
  ];
}

/** What the history's search finds a run by: its title, number, and first cause of failure. */
export function wordsOf(run: Pick<RunRow, 'sequencer' | 'number' | 'title' | 'submittedBy' | 'failure'>): string {
  const failure = run.failure ? `${run.failure.exception}: ${run.failure.message}` : '';
  return [`${run.sequencer}/${String(run.number)}`, run.title ?? '', run.submittedBy, failure].join('\n');
}
