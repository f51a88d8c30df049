/**
 * The resources that active runs use. Contract: a run becomes active only under the lock of `lockUsedResources`, so that two
 * sequencers never choose runs with the same resource. A resource is free when its run has ended, like the sequencer itself.
 */
import { ACTIVE_PHASES } from '@sequencer/model';
import { and, inArray, sql } from 'drizzle-orm';
import type { Transaction } from '../../runs/queue-hold.ts';
import type { Db } from '../../store/database.ts';
import { runs, type RunRow } from '../../store/schema.ts';

export type ResourceUser = Pick<RunRow, 'id' | 'sequencer' | 'number' | 'resources'>;

/** The run of each resource that is in use. The lock is released at the end of the transaction. */
export async function lockUsedResources(tx: Transaction): Promise<Map<string, ResourceUser>> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('resources', 0))`);
  return usedResources(tx);
}

/** The run of each resource that is in use, also by runs of sequencers that are not configured any more. */
export async function usedResources(db: Pick<Db, 'select'>): Promise<Map<string, ResourceUser>> {
  const users = await db
    .select({ id: runs.id, sequencer: runs.sequencer, number: runs.number, resources: runs.resources })
    .from(runs)
    .where(and(inArray(runs.phase, [...ACTIVE_PHASES]), sql`cardinality(${runs.resources}) > 0`));
  return new Map(users.flatMap((user) => user.resources.map((resource) => [resource, user])));
}
