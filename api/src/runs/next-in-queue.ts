/** The numbers and the queue position of new runs. */
import { and, eq, sql } from 'drizzle-orm';
import { runs, sequencers } from '../store/schema.ts';
import type { Transaction } from './queue-hold.ts';

export interface NextInQueue {
  /** Of the first new run. */
  number: number;
  /** After all queued runs. */
  place: number;
  /** Of the queue, without the new runs. */
  length: number;
}

/** `own` and `highest` are of objects in a cluster, which can be newer than the database, for example after a restore. */
export interface NumberRequest {
  /** That the run has already, unless another run has it. */
  own?: number | undefined;
  /** The highest number of any object. */
  highest?: number;
  /** How many runs get numbers in a row. 1 unless set. */
  count?: number;
}

/** Assigns the next numbers of the sequencer, and returns the end of its queue. Locks the sequencer's row. */
export async function nextInQueue(
  tx: Transaction,
  sequencer: string,
  { own, highest = 0, count = 1 }: NumberRequest = {},
): Promise<NextInQueue> {
  const isOwnFree = own !== undefined && (await isFree(tx, sequencer, own));
  const known = Math.max(highest, own ?? 0);
  const [assigned] = await tx
    .update(sequencers)
    .set({ lastNumber: sql`greatest(${sequencers.lastNumber}, ${known}::int) + ${isOwnFree ? 0 : count}::int` })
    .where(eq(sequencers.name, sequencer))
    .returning({ last: sequencers.lastNumber });
  const [end] = await tx
    .select({ place: sql<number>`coalesce(max(place), 0) + 1`, length: sql<number>`count(*)::int` })
    .from(runs)
    .where(and(eq(runs.sequencer, sequencer), eq(runs.phase, 'QUEUED')));
  if (!assigned || !end) throw new Error(`the sequencer ${sequencer} is not in the database`);
  return { number: isOwnFree ? own : assigned.last - count + 1, ...end };
}

async function isFree(tx: Transaction, sequencer: string, number: number): Promise<boolean> {
  const taken = await tx
    .select({ id: runs.id })
    .from(runs)
    .where(and(eq(runs.sequencer, sequencer), eq(runs.number, number)));
  return taken.length === 0;
}
