/**
 * Adopts a running script whose run is not in the database because an older backup was restored. The run is recorded from
 * then on, so that operators can see and stop it, and the next run starts after it.
 */
import { ACTIVE_PHASES, isFinal, type Hello } from '@sequencer/model';
import { and, eq, inArray } from 'drizzle-orm';
import { sha256 } from '../../lib/sha256.ts';
import { isUuid } from '../../lib/uuid.ts';
import type { Db } from '../../store/database.ts';
import { findRun, wordsOf, type RunSummary } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import type { LiveRuns } from '../../runs/live-runs.ts';
import { nextInQueue } from '../../runs/next-in-queue.ts';
import { endRun, lockSequencer } from '../../runs/queue-hold.ts';
import { isRunToken, runTokenHash } from '../../runs/run-token.ts';
import type { RunDeps } from '../../runs/run-deps.ts';

type HeldRun = Hello['runs'][number];

const NO_SCRIPT =
  '# The script is not in the database, which was restored from an older backup. The runner sends it.\n';
/** Why a run is LOST. */
export const WITHOUT_RECORD =
  'The runner reconnected without the record of this run, so how it ended is unknown. The telescope may still be moving.';

/**
 * The row of a run that a runner reports; created if the database does not have it. Null if the run has ended here or the
 * token is wrong, so that nothing more is recorded. `later`: decided at the next `hello`.
 */
export async function rowHeldBy(hello: Hello, held: HeldRun, parts: RunDeps): Promise<RunSummary | null | 'later'> {
  const { db, log, liveRuns, sequencerStates } = parts;
  if (!isUuid(held.run)) return null;
  const known = await findRun(db, held.run);
  if (known) {
    const isOpen =
      known.sequencer === hello.sequencer && !isFinal(known.phase) && isRunToken(known.tokenHash, held.token);
    return isOpen ? known : null;
  }
  if (held.ended) return null;
  const made = await adoptRun(db, liveRuns, hello, held);
  if (!made) return 'later';
  log.warn({ sequencer: made.sequencer, run: made.id }, 'adopted a run that is not in the database');
  sequencerStates.invalidate(made.sequencer);
  return made;
}

/**
 * Null while the active run of the sequencer is at work: this runner has its record, or another connected runner executes
 * it. The runner then sends another `hello`.
 */
async function adoptRun(db: Db, liveRuns: LiveRuns, hello: Hello, held: HeldRun): Promise<RunSummary | null> {
  const { sequencer } = hello;
  const { by = 'unknown', title = null, arguments: args = [], startedAt } = held.start ?? {};
  const displaced = await db.transaction(async (tx) => {
    await lockSequencer(tx, sequencer);
    const [active] = await tx
      .select({ id: runs.id, sequencer: runs.sequencer, lastSeq: runs.lastSeq })
      .from(runs)
      .where(and(eq(runs.sequencer, sequencer), inArray(runs.phase, [...ACTIVE_PHASES])));
    const isAtWork = active && (hello.runs.some(({ run }) => run === active.id) || liveRuns.get(active.id)?.connected);
    if (isAtWork) return null;
    if (active?.lastSeq === 0) await tx.update(runs).set({ phase: 'QUEUED' }).where(eq(runs.id, active.id));
    else if (active) {
      await endRun(tx, active, { phase: 'LOST', reason: WITHOUT_RECORD, finishedAt: new Date() });
    }
    const { number } = await nextInQueue(tx, sequencer);
    const run = { sequencer, number, title, submittedBy: by, failure: null };
    await tx.insert(runs).values({
      ...run,
      id: held.run,
      script: NO_SCRIPT,
      scriptHash: sha256(NO_SCRIPT),
      arguments: args,
      startPaused: false,
      holdOnFailure: false,
      breakpoints: [],
      start: 'RUNNING',
      place: 0,
      submittedAt: new Date(startedAt ?? Date.now()),
      phase: 'STARTING',
      words: wordsOf(run),
      tokenHash: runTokenHash(held.token),
    });
    return active ? [active.id] : [];
  });
  for (const id of displaced ?? []) {
    const live = liveRuns.get(id);
    if (!live) continue;
    liveRuns.forgetLater(id);
    live.row = (await findRun(db, id)) ?? live.row;
    live.changed.notify();
  }
  return displaced && (await findRun(db, held.run));
}

/** Whether the script of the run is not in the database. */
export function lacksScript({ scriptHash }: RunSummary): boolean {
  return scriptHash === sha256(NO_SCRIPT);
}
