/** What the end of a run does to its sequencer: a bad one lets nothing follow by itself. */
import { letsQueueContinue, type FinalPhase, type Phase } from '@sequencer/model';
import { and, eq } from 'drizzle-orm';
import type { Db } from '../store/database.ts';
import { runs, sequencers, type SequencerRow } from '../store/schema.ts';

/** What queries of a transaction are made with. */
export type Transaction = Parameters<Parameters<Db['transaction']>[0]>[0];

/** Takes the sequencer's row: who holds it decides alone what happens to its queue. */
export async function lockSequencer(tx: Transaction, name: string): Promise<SequencerRow> {
  const rows = await tx.select().from(sequencers).where(eq(sequencers.name, name)).for('update');
  if (!rows[0]) throw new Error(`the sequencer ${name} is not in the database`);
  return rows[0];
}

/** After the name of a run: how it ended, when that was bad. */
export const OUTCOME_PHRASES: Partial<Record<Phase, string>> = {
  FAILED: 'failed',
  INTERRUPTED: 'was interrupted',
  TERMINATED: 'was terminated',
  KILLED: 'was killed',
  LOST: 'was lost',
};

/** Sets the mode to Off after a bad end. Needs the sequencer's lock. */
export async function onRunEnded(tx: Transaction, sequencer: string, number: number, phase: FinalPhase): Promise<void> {
  if (letsQueueContinue(phase)) return;
  await setModeOff(tx, sequencer, 'Sequencer', `Run ${String(number)} ${OUTCOME_PHRASES[phase] ?? 'ended'}.`);
}

/** Sets the mode to Off with the reason, and holds the runs that were to start by themselves. Needs the lock. */
export async function setModeOff(tx: Transaction, sequencer: string, by: string, why: string): Promise<void> {
  const row = await lockSequencer(tx, sequencer);
  if (row.mode !== 'OFF') {
    await tx
      .update(sequencers)
      .set({
        mode: 'OFF',
        modeReason: `${why} The mode is Off since then.`,
        modeChangedBy: by,
        modeChangedAt: new Date(),
      })
      .where(eq(sequencers.name, sequencer));
  }
  await tx
    .update(runs)
    .set({ start: 'QUEUED', reason: `${why} This run waits until somebody starts the queue again.` })
    .where(and(eq(runs.sequencer, sequencer), eq(runs.phase, 'QUEUED'), eq(runs.start, 'RUNNING')));
}
