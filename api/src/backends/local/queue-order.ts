/** The order of a queue, as rows of the database. Needs the lock of the sequencer. */
import { and, asc, eq } from 'drizzle-orm';
import { sha256 } from '../../lib/sha256.ts';
import { nextInQueue } from '../../runs/next-in-queue.ts';
import type { Transaction } from '../../runs/queue-hold.ts';
import { setPlaces, wordsOf } from '../../store/run-store.ts';
import { runs, type NewRun } from '../../store/schema.ts';
import type { Submission } from '../queue-store.ts';
import { placesAt, type Place } from './places.ts';

/** Rows in one statement: PostgreSQL allows 65,535 parameters. */
const CHUNK = 100;

/** The queued runs, the next one first. */
export function queuedPlaces(tx: Transaction, sequencer: string): Promise<Place[]> {
  return tx
    .select({ id: runs.id, place: runs.place })
    .from(runs)
    .where(and(eq(runs.sequencer, sequencer), eq(runs.phase, 'QUEUED')))
    .orderBy(asc(runs.place));
}

/**
 * Adds the runs, of one sequencer, in this order.
 *
 * @param position in the queue, from 0; null for the end
 * @param requireRoom throws if a queue must not become as long as this
 */
export async function insertRuns(
  tx: Transaction,
  by: string,
  ids: readonly string[],
  wanted: readonly Submission[],
  position: number | null,
  requireRoom: (length: number) => void,
): Promise<void> {
  const [first] = wanted;
  if (!first) return;
  const { number, length } = await nextInQueue(tx, first.sequencer, { count: wanted.length });
  requireRoom(length + wanted.length);
  const queue = await queuedPlaces(tx, first.sequencer);
  const places = placesAt(queue, ids, position ?? queue.length);
  const placeOf = new Map(places.map(({ id, place }) => [id, place]));
  await setPlaces(tx, places);
  const submittedAt = new Date();
  const rows = wanted.map((submission, index): NewRun => {
    const id = ids[index] ?? '';
    const hold = submission.proposed ? { onHoldSince: submittedAt, onHoldBy: by } : {};
    const own = { ...submission, ...hold, number: number + index, submittedBy: by };
    return {
      ...own,
      id,
      place: placeOf.get(id) ?? 0,
      scriptHash: sha256(submission.script),
      submittedAt,
      phase: 'QUEUED',
      words: wordsOf({ ...own, failure: null }),
    };
  });
  for (let start = 0; start < rows.length; start += CHUNK) {
    await tx.insert(runs).values(rows.slice(start, start + CHUNK));
  }
}
