/**
 * Adopts a running script whose run is not in the database because an older backup was restored. The run is recorded from
 * then on, so that operators can see and stop it, and the next run starts after it.
 */
import { ACTIVE_PHASES, isFinal, type Hello } from '@sequencer/model';
import { and, eq, inArray } from 'drizzle-orm';
import { sha256 } from '../../lib/sha256.ts';
import { isUuid } from '../../lib/uuid.ts';
import { findRun, wordsOf, type RunSummary } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import { nextInQueue } from '../../runs/next-in-queue.ts';
import { endRun, lockSequencer } from '../../runs/queue-hold.ts';
import { isRunToken, runTokenHash } from '../../runs/run-token.ts';
import type { RunDeps } from '../../runs/run-deps.ts';

type HeldRun = Hello['runs'][number];

const NO_SCRIPT =
  '# The script is not in the database, which was restored from an older backup. The runner sends it.\n';
/** The hash of a script that is not in the database. */
export const NO_SCRIPT_HASH = sha256(NO_SCRIPT);
/** Why a run is LOST. */
export const WITHOUT_RECORD =
  'The runner reconnected without the record of this run, so how it ended is unknown. The telescope may still be moving.';

/**
 * The row of a run that a runner reports; created if the database does not have it. Null if the run has ended here or the
 * token is wrong, so that nothing more is recorded. `later`: decided at the next `hello`.
 */
export async function rowHeldBy(hello: Hello, held: HeldRun, parts: RunDeps): Promise<RunSummary | null | 'later'> {
  const { db, log, sequencerStates } = parts;
  if (!isUuid(held.run)) return null;
  const known = await findRun(db, held.run);
  if (known) {
    const isOpen =
      known.sequencer === hello.sequencer && !isFinal(known.phase) && isRunToken(known.tokenHash, held.token);
    return isOpen ? known : null;
  }
  if (held.ended) return null;
  const made = await adoptRun(hello, held, parts);
  if (!made) return 'later';
  log.warn({ sequencer: made.sequencer, run: made.id }, 'adopted a run that is not in the database');
  sequencerStates.invalidate(made.sequencer);
  return made;
}

/**
 * Null while the active run of the sequencer is at work: this runner has its record, or another connected runner executes
 * it. The runner then sends another `hello`.
 */
async function adoptRun(hello: Hello, held: HeldRun, { db, liveRuns }: RunDeps): Promise<RunSummary | null> {
  const { sequencer } = hello;
  const { by = 'unknown', title = null, arguments: args = [], startedAt } = held.start ?? {};
  const adopted = await db.transaction(async (tx) => {
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
      scriptHash: NO_SCRIPT_HASH,
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
    return { displaced: active && liveRuns.get(active.id) };
  });
  const live = adopted?.displaced;
  if (live) {
    liveRuns.forgetLater(live.row.id);
    live.row = (await findRun(db, live.row.id)) ?? live.row;
    live.changed.notify();
  }
  return adopted && (await findRun(db, held.run));
}
