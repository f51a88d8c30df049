/**
 * Records that the database does not have, because an older one was restored. What their runners still have arrives again; of
 * the others, the object has the outcome and the number of events that the database had.
 */
import { isFinal } from '@sequencer/model';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../runs/queue-hold.ts';
import { appendEvents } from '../../store/event-store.ts';
import type { RunSummary } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import { runStateOf } from './run-row.ts';

const LOST = 'The record of this run was lost with the database.';
const LOST_END = 'The end of the record of this run was lost with the database.';

/**
 * Whether the database had more events of an ended run than it has now.
 *
 * @param row null if the database had no row of the run
 */
export function isRecordLost(run: SequencerRun, row: Pick<RunSummary, 'lastSeq'> | null): boolean {
  const { runner } = run.status ?? {};
  if (!runner || !isFinal(runStateOf(run).phase)) return false;
  // The row exists before the first event arrives, and the outcome is written to the object after the last one is stored.
  return row === null ? (runner.lastSeq ?? 0) > 0 : runner.outcome !== undefined && row.lastSeq < (runner.lastSeq ?? 0);
}

/** Adds an event and a sentence to the reason, so that an incomplete record is not taken for a complete one. */
export async function markLostRecord(tx: Transaction, run: SequencerRun, lastSeq: number): Promise<void> {
  const { uid } = run.metadata;
  const { reason, finishedAt } = runStateOf(run);
  const problem = lastSeq === 0 ? LOST : LOST_END;
  const seq = lastSeq + 1;
  const at = (finishedAt ?? new Date()).toISOString();
  const data = JSON.stringify({ event: 'unknown', problem });
  await appendEvents(tx, uid, [{ seq, type: 'setAside', at, data }]);
  await tx
    .update(runs)
    .set({ lastSeq: seq, reason: [reason, problem].filter(Boolean).join(' ') })
    .where(eq(runs.id, uid));
}
