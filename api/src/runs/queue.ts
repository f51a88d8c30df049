/** The waiting runs of a sequencer, and its mode. */
import { SequencerError, isFinal, type Breakpoint, type Mode } from '@sequencer/model';
import { and, asc, eq } from 'drizzle-orm';
import type { Db } from '../store/database.ts';
import { findRun, type RunSummary } from '../store/run-store.ts';
import { runs, sequencers } from '../store/schema.ts';
import { lockSequencer, type Transaction } from './run-end.ts';

/** The run, in a transaction that holds its sequencer; throws unless it waits. */
async function waiting(tx: Transaction, run: RunSummary): Promise<void> {
  await lockSequencer(tx, run.sequencer);
  const rows = await tx.select({ phase: runs.phase }).from(runs).where(eq(runs.id, run.id));
  const phase = rows[0]?.phase ?? run.phase;
  if (isFinal(phase)) throw new SequencerError('RUN_FINISHED');
  if (phase !== 'QUEUED') throw new SequencerError('RUN_STARTED');
}

/** Takes a waiting run out of the queue, for good. */
export async function cancel(db: Db, run: RunSummary, by: string): Promise<RunSummary> {
  await db.transaction(async (tx) => {
    await waiting(tx, run);
    await tx
      .update(runs)
      .set({ phase: 'CANCELLED', reason: `Cancelled by ${by}.`, finishedAt: new Date() })
      .where(eq(runs.id, run.id));
  });
  return (await findRun(db, run.id)) ?? run;
}

/** Moves a waiting run to a position of the queue, from 0. */
export async function move(db: Db, run: RunSummary, position: number): Promise<void> {
  if (position < 0) throw new SequencerError('BAD_INPUT', 'position: it counts from 0, the next run.');
  await db.transaction(async (tx) => {
    await waiting(tx, run);
    const queue = await tx
      .select({ id: runs.id })
      .from(runs)
      .where(and(eq(runs.sequencer, run.sequencer), eq(runs.phase, 'QUEUED')))
      .orderBy(asc(runs.place));
    const others = queue.filter((other) => other.id !== run.id);
    const order = others.toSpliced(position, 0, { id: run.id });
    for (const [index, { id }] of order.entries()) {
      await tx
        .update(runs)
        .set({ place: index + 1 })
        .where(eq(runs.id, id));
    }
  });
}

/** For when it starts. False, and nothing is changed, if it does not wait any more. */
export async function setWaitingBreakpoints(db: Db, run: RunSummary, breakpoints: Breakpoint[]): Promise<boolean> {
  const waits = and(eq(runs.id, run.id), eq(runs.phase, 'QUEUED'));
  const changed = await db.update(runs).set({ breakpoints }).where(waits).returning({ id: runs.id });
  return changed.length > 0;
}

export async function setHoldOnFailure(db: Db, sequencer: string, hold: boolean): Promise<void> {
  await db.update(sequencers).set({ holdOnFailure: hold }).where(eq(sequencers.name, sequencer));
}

export async function setMode(db: Db, sequencer: string, mode: Mode, by: string): Promise<void> {
  if (mode === 'SCHEDULER') throw new SequencerError('NOT_YET', 'There is no scheduler yet. Choose Off or Queue.');
  await db
    .update(sequencers)
    .set({
      mode,
      modeReason: `Set to ${mode === 'OFF' ? 'Off' : 'Queue'} by ${by}.`,
      modeChangedBy: by,
      modeChangedAt: new Date(),
    })
    .where(eq(sequencers.name, sequencer));
}
