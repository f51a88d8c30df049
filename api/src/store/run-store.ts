/** Queries for rows of runs. The rules for runs are in `runs/`. */
import { and, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { ACTIVE_PHASES, SequencerError, exactText, searchForm } from '@sequencer/model';
import { sha256 } from '../lib/sha256.ts';
import type { Db } from './database.ts';
import { runs, sequencers, type RunRow, type SequencerRow } from './schema.ts';

const { script: _script, scriptFolded: _folded, view: _view, words: _words, ...columns } = getTableColumns(runs);
/** All but the large columns. */
export const summaryColumns = columns;

/** A run without its large columns. */
export type RunSummary = Omit<RunRow, 'script' | 'scriptFolded' | 'view' | 'words'>;

export async function findRun(db: Db, id: string): Promise<RunSummary | null> {
  const rows = await db.select(summaryColumns).from(runs).where(eq(runs.id, id));
  return rows[0] ?? null;
}

export async function findRunByNumber(db: Db, sequencer: string, number: number): Promise<RunSummary | null> {
  const isIt = and(eq(runs.sequencer, sequencer), eq(runs.number, number));
  const rows = await db.select(summaryColumns).from(runs).where(isIt);
  return rows[0] ?? null;
}

/** The existing runs among the ids, in no order. */
export function findRuns(db: Db, ids: readonly string[]): Promise<RunSummary[]> {
  return db
    .select(summaryColumns)
    .from(runs)
    .where(inArray(runs.id, [...ids]));
}

/** The numbers of the existing runs among the ids. */
export async function numbersOf(db: Db, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const { id, number } = runs;
  const rows = await db
    .select({ id, number })
    .from(runs)
    .where(inArray(id, [...ids]));
  return new Map(rows.map((row) => [row.id, row.number]));
}

/** The runs of earlier requests, in the order of the ids; null unless all exist. */
export async function findByRequests(
  db: Pick<Db, 'select'>,
  submittedBy: string,
  requestIds: readonly (string | null)[],
): Promise<RunSummary[] | null> {
  const ids = requestIds.filter((id) => id !== null);
  const rows = await db
    .select(summaryColumns)
    .from(runs)
    .where(and(eq(runs.submittedBy, submittedBy), inArray(runs.requestId, ids)));
  const found = ids.flatMap((id) => rows.find(({ requestId }) => requestId === id) ?? []);
  return found.length === requestIds.length ? found : null;
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
  return db
    .select(summaryColumns)
    .from(runs)
    .where(inArray(runs.phase, [...ACTIVE_PHASES]));
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

/** What the runs of a sequencer do on a failure, and what follows it, unless they specify it. */
export type FailureDefaults = Pick<SequencerRow, 'holdOnFailure' | 'afterFailure'>;

export async function setFailureDefaults(db: Db, sequencer: string, change: Partial<FailureDefaults>): Promise<void> {
  await db.update(sequencers).set(change).where(eq(sequencers.name, sequencer));
}
