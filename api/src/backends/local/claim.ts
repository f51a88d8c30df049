/** Decides what the queue of a sequencer does now, under the lock of the sequencer. */
import { OPEN_PHASES, decideQueue, expiredReason } from '@sequencer/model';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { lockSequencer, type Transaction } from '../../runs/queue-hold.ts';
import { cancelQueued } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import { lockUsedResources } from './used-resources.ts';

export interface Decision {
  /** The run that is to start now. */
  run: string | null;
  /** When the queue must be decided again, even if nothing changes. */
  nextAt: Date | null;
}

/**
 * Cancels the expired runs, and chooses the next one.
 *
 * @param canStart whether a runner is connected
 * @param without queued runs to leave out
 */
export async function chooseNext(
  tx: Transaction,
  sequencer: string,
  canStart: boolean,
  without: ReadonlySet<string>,
): Promise<Decision> {
  const { mode } = await lockSequencer(tx, sequencer);
  const open = await tx
    .select({
      id: runs.id,
      start: runs.start,
      phase: runs.phase,
      onHold: sql<boolean>`${runs.onHoldSince} is not null`,
      notBefore: runs.notBefore,
      notAfter: runs.notAfter,
      resources: runs.resources,
    })
    .from(runs)
    .where(and(eq(runs.sequencer, sequencer), inArray(runs.phase, [...OPEN_PHASES])))
    .orderBy(asc(runs.place));
  const queue = open.filter((run) => run.phase === 'QUEUED');
  const waiting = queue.filter(({ id }) => !without.has(id));
  const isActive = queue.length < open.length;
  const mayShare = !isActive && waiting.some(({ resources }) => resources.length > 0);
  const used = mayShare ? await lockUsedResources(tx) : undefined;
  const now = new Date();
  const { start, expired, nextAt } = decideQueue(mode, isActive, waiting, now, used);
  for (const { id, notAfter } of expired) await cancelQueued(tx, id, expiredReason(notAfter ?? now, now));
  if (start && canStart) return { run: start.id, nextAt: null };
  // `notAfter` itself is still inside the window.
  const expiresAt = start?.notAfter && new Date(start.notAfter.getTime() + 1);
  const times = [nextAt, expiresAt].filter((time) => time != null);
  return { run: null, nextAt: times.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null };
}
