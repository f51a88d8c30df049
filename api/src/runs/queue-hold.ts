/** Holds the queue of a sequencer in the database after a run that did not succeed. */
import { heldRunReason, holdCause, holdModeReason, letsQueueContinue, type FinalPhase } from '@sequencer/model';
import { and, eq } from 'drizzle-orm';
import type { Db } from '../store/database.ts';
import { runs, sequencers, type RunRow, type SequencerRow } from '../store/schema.ts';

/** The query interface inside a transaction. */
export type Transaction = Parameters<Parameters<Db['transaction']>[0]>[0];

/** Locks the sequencer's row for this transaction. Every change of its queue holds this lock. */
export async function lockSequencer(tx: Transaction, name: string): Promise<SequencerRow> {
  const rows = await tx.select().from(sequencers).where(eq(sequencers.name, name)).for('update');
  if (!rows[0]) throw new Error(`the sequencer ${name} is not in the database`);
  return rows[0];
}

/**
 * Ends a run for which no more events will arrive, and holds the queue unless it succeeded. Its script did not run, or is
 * lost, so that `afterFailure` has no effect.
 *
 * @param refused whether the runner refused the script
 */
export async function endRun(
  tx: Transaction,
  { id, sequencer }: Pick<RunRow, 'id' | 'sequencer'>,
  end: { phase: FinalPhase; reason: string; finishedAt: Date },
  refused = false,
): Promise<void> {
  await lockSequencer(tx, sequencer);
  const [ended] = await tx.update(runs).set(end).where(eq(runs.id, id)).returning({ number: runs.number });
  if (!ended || letsQueueContinue(end.phase, refused)) return;
  await setModeOff(tx, sequencer, 'Sequencer', holdCause(ended.number, end.phase));
}

/** Sets the mode to Off after the script of a run that did not succeed. Needs the lock of the sequencer. */
export async function onRunEnded(tx: Transaction, run: EndedRun, phase: FinalPhase): Promise<void> {
  if (letsQueueContinue(phase, false, run.afterFailure)) return;
  await setModeOff(tx, run.sequencer, 'Sequencer', holdCause(run.number, phase));
}

export type EndedRun = Pick<RunRow, 'id' | 'sequencer' | 'number' | 'afterFailure'>;

/**
 * Sets the mode to Off, and puts runs that were to start as soon as possible back into the queue. Needs the lock of the
 * sequencer.
 *
 * @param cause for use inside a sentence: `run 12 failed`
 */
export async function setModeOff(tx: Transaction, sequencer: string, by: string, cause: string): Promise<void> {
  const row = await lockSequencer(tx, sequencer);
  if (row.mode !== 'OFF') {
    await tx
      .update(sequencers)
      .set({ mode: 'OFF', modeReason: holdModeReason(cause), modeChangedBy: by, modeChangedAt: new Date() })
      .where(eq(sequencers.name, sequencer));
  }
  await tx
    .update(runs)
    .set({ start: 'QUEUED', reason: heldRunReason(cause) })
    .where(and(eq(runs.sequencer, sequencer), eq(runs.phase, 'QUEUED'), eq(runs.start, 'RUNNING')));
}
