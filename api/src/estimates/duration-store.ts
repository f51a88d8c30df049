/** The durations of statements in the database: a limited number of keys for each sequencer. */
import { typicalOf, withRun, type DurationRecord, type Typical } from '@sequencer/model/estimates/durations';
import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Transaction } from '../runs/queue-hold.ts';
import type { Db } from '../store/database.ts';
import { runsToMeasure, statementDurations } from '../store/estimate-schema.ts';

/** The keys that were not used for the longest time are dropped. */
const KEPT_KEYS = 20_000;
/** Keys in one statement. */
const BATCH = 1000;

const { sequencer: ofSequencer, key: ofKey, seconds, runs, at } = statementDurations;

/** Notes that the run succeeded, so that its durations are stored after this transaction. */
export async function noteSuccess(tx: Transaction, run: string): Promise<void> {
  await tx.insert(runsToMeasure).values({ run }).onConflictDoNothing();
}

/** Gives the durations of a noted run up. */
export async function dropNote(db: Db, run: string): Promise<void> {
  await db.delete(runsToMeasure).where(eq(runsToMeasure.run, run));
}

/** The noted runs, whichever API process noted them. */
export async function notedRuns(db: Db): Promise<string[]> {
  const rows = await db.select({ run: runsToMeasure.run }).from(runsToMeasure).limit(BATCH);
  return rows.map(({ run }) => run);
}

/**
 * Stores the durations of a noted run and removes the note, in one transaction: after a crash, either both have happened or
 * neither. Does nothing if another process was faster.
 *
 * @param durations by key, in the order of the statements. Empty if they cannot be known
 */
export async function storeDurations(
  db: Db,
  run: { id: string; sequencer: string; number: number },
  durations: ReadonlyMap<string, readonly number[]>,
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rowCount } = await tx.delete(runsToMeasure).where(eq(runsToMeasure.run, run.id));
    if (rowCount === 0 || durations.size === 0) return;
    // One process at a time, so that none overwrites what another has read.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`durations of ${run.sequencer}`}, 0))`);
    const all = [...durations];
    for (let i = 0; i < all.length; i += BATCH) await storeBatch(tx, run, all.slice(i, i + BATCH));
    await dropUnused(tx, run.sequencer);
  });
}

async function storeBatch(
  tx: Transaction,
  { sequencer, number }: { sequencer: string; number: number },
  added: readonly (readonly [key: string, seconds: readonly number[]])[],
): Promise<void> {
  const keys = added.map(([key]) => key);
  const rows = await tx
    .select({ key: ofKey, seconds, runs })
    .from(statementDurations)
    .where(and(eq(ofSequencer, sequencer), inArray(ofKey, keys)));
  const known = new Map<string, DurationRecord>(rows.map(({ key, ...record }) => [key, record]));
  const now = new Date();
  const values = added.flatMap(([key, durations]) => {
    const record = known.get(key) ?? { seconds: [], runs: [] };
    // Two replicas of the API may both have recorded the end of the run.
    if (record.runs.includes(number)) return [];
    const next = withRun(record, number, durations);
    const typical = typicalOf(next);
    return typical ? [{ sequencer, key, seconds: [...next.seconds], runs: [...next.runs], ...typical, at: now }] : [];
  });
  if (values.length === 0) return;
  await tx
    .insert(statementDurations)
    .values(values)
    .onConflictDoUpdate({
      target: [ofSequencer, ofKey],
      set: {
        seconds: sql`excluded.seconds`,
        runs: sql`excluded.runs`,
        typicalSeconds: sql`excluded.typical_seconds`,
        lowSeconds: sql`excluded.low_seconds`,
        highSeconds: sql`excluded.high_seconds`,
        basis: sql`excluded.basis`,
        at: sql`excluded.at`,
      },
    });
}

async function dropUnused(tx: Transaction, sequencer: string): Promise<void> {
  const unused = tx
    .select({ key: ofKey })
    .from(statementDurations)
    .where(eq(ofSequencer, sequencer))
    .orderBy(desc(at), asc(ofKey))
    .offset(KEPT_KEYS);
  await tx.delete(statementDurations).where(and(eq(ofSequencer, sequencer), inArray(ofKey, unused)));
}

/** The typical durations of the keys that have a record. */
export async function typicalDurations(
  db: Db,
  sequencer: string,
  keys: readonly string[],
): Promise<Map<string, Typical>> {
  if (keys.length === 0) return new Map();
  const { key, typicalSeconds, lowSeconds, highSeconds, basis } = statementDurations;
  const rows = await db
    .select({ key, typicalSeconds, lowSeconds, highSeconds, basis })
    .from(statementDurations)
    .where(and(eq(ofSequencer, sequencer), sql`${ofKey} = any(${sql.param([...keys])}::text[])`));
  return new Map(rows.map(({ key, ...typical }) => [key, typical]));
}
