/** The active run of a sequencer, its queue, and the runs that ended last. */
import { and, asc, desc, eq, gte, inArray, sql } from 'drizzle-orm';
import { OPEN_PHASES } from '@sequencer/model';
import type { Db } from './database.ts';
import { summaryColumns, type RunSummary } from './run-store.ts';
import { runs } from './schema.ts';

/** Must be the same expressions as in the index `runs_ended`, or PostgreSQL does not use it. */
const ENDED_AT = sql`coalesce(${runs.finishedAt}, ${runs.submittedAt})`;
const HAS_ENDED = sql`${runs.phase} not in ('QUEUED', 'STARTING', 'RUNNING', 'PAUSED', 'STOPPING', 'RECORDING', 'CANCELLED')`;

/**
 * The runs that ended last, the last one first. A run that was cancelled in the queue never occupied the telescope.
 *
 * @param since only runs that ended at this time or later
 */
export function lastRuns(db: Db, sequencer: string, first: number, since: Date | null = null): Promise<RunSummary[]> {
  return db
    .select(summaryColumns)
    .from(runs)
    .where(and(eq(runs.sequencer, sequencer), HAS_ENDED, since ? gte(ENDED_AT, since) : undefined))
    .orderBy(desc(ENDED_AT), desc(runs.number), desc(runs.id))
    .limit(first);
}

export async function runsOfSequencer(
  db: Db,
  sequencer: string,
): Promise<{ active: RunSummary | null; queue: RunSummary[]; last: RunSummary | null }> {
  const open = await db
    .select(summaryColumns)
    .from(runs)
    .where(and(eq(runs.sequencer, sequencer), inArray(runs.phase, [...OPEN_PHASES])))
    .orderBy(asc(runs.place));
  const [last] = await lastRuns(db, sequencer, 1);
  return {
    active: open.find((run) => run.phase !== 'QUEUED') ?? null,
    queue: open.filter((run) => run.phase === 'QUEUED'),
    last: last ?? null,
  };
}
