/** The number and the queue position of a new run. */
import { and, eq, sql } from 'drizzle-orm';
import { runs, sequencers } from '../store/schema.ts';
import type { Transaction } from './queue-hold.ts';

export interface NextInQueue {
  number: number;
  /** After all queued runs. */
  place: number;
  /** Of the queue, without the new run. */
  length: number;
}

/**
 * Assigns the next number of the sequencer, and returns the end of its queue. Locks the sequencer's row.
 *
 * @param leastNumber objects of a cluster can be older than the database, for example after a restore
 */
export async function nextInQueue(tx: Transaction, sequencer: string, leastNumber = 0): Promise<NextInQueue> {
  const [assigned] = await tx
    .update(sequencers)
    .set({ lastNumber: sql`greatest(${sequencers.lastNumber} + 1, ${leastNumber}::int)` })
    .where(eq(sequencers.name, sequencer))
    .returning({ number: sequencers.lastNumber });
  const [end] = await tx
    .select({ place: sql<number>`coalesce(max(place), 0) + 1`, length: sql<number>`count(*)::int` })
    .from(runs)
    .where(and(eq(runs.sequencer, sequencer), eq(runs.phase, 'QUEUED')));
  if (!assigned || !end) throw new Error(`the sequencer ${sequencer} is not in the database`);
  return { ...assigned, ...end };
}
