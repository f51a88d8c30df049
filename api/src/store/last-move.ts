/** Who moved a queued run last. The audit log has it, whichever replica of the API carried it out. */
import { and, desc, eq, inArray, isNotNull } from 'drizzle-orm';
import { audit } from './auth-schema.ts';
import type { Db } from './database.ts';

/** How many entries of the sequencer are searched. A move that a page asks about was a moment ago. */
const NEWEST = 100;

/** Null if there is none among the newest entries. */
export async function lastMover(db: Db, sequencer: string): Promise<string | null> {
  const newest = db
    .select({ id: audit.id, action: audit.action, userName: audit.userName, result: audit.result })
    .from(audit)
    .where(eq(audit.sequencer, sequencer))
    .orderBy(desc(audit.id))
    .limit(NEWEST)
    .as('newest');
  // The result is written after the move.
  const [entry] = await db
    .select({ userName: newest.userName })
    .from(newest)
    .where(
      and(eq(newest.action, 'moveInQueue'), inArray(newest.result, ['DONE', 'REQUESTED']), isNotNull(newest.userName)),
    )
    .orderBy(desc(newest.id))
    .limit(1);
  return entry?.userName ?? null;
}
