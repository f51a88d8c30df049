/** Commits the events of live runs, in order and in batches, and keeps each run's row in step with them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OPEN_PHASES, isFinal, type FinalPhase, type RunView } from '@sequencer/model';
import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Logger } from '../log.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Db } from '../store/database.ts';
import { appendEvents, type StoredEvent } from '../store/event-store.ts';
import { wordsOf, type RunSummary } from '../store/run-store.ts';
import { runs } from '../store/schema.ts';
import type { LiveRun } from './live-run.ts';
import { untilDone } from './retry.ts';
import { lockSequencer, type Transaction } from './run-end.ts';

const BATCH_COUNT = 5000;
const BATCH_SIZE = 4 * 1024 * 1024;
/** Between two commits of one run, so that a fast script makes large commits and not many. */
const PAUSE_MS = 20;
/** A view is written at most this often: it can always be made again from the events. */
const VIEW_EVERY_MS = 2000;

type EndOfRun = (tx: Transaction, sequencer: string, number: number, phase: FinalPhase) => Promise<void>;

export class Recorder {
  readonly #db: Db;
  readonly #log: Logger;
  readonly #metrics: Metrics;
  readonly #onStored: (run: LiveRun) => void;
  readonly #onEnd: EndOfRun;
  readonly #stopped = new AbortController();
  readonly #loops = new Map<LiveRun, Promise<void>>();

  /**
   * @param onStored called after each commit: the moment to acknowledge
   * @param onEnd what the end of a run does to its sequencer
   */
  constructor(db: Db, log: Logger, metrics: Metrics, onStored: (run: LiveRun) => void, onEnd: EndOfRun) {
    this.#db = db;
    this.#log = log;
    this.#metrics = metrics;
    this.#onStored = onStored;
    this.#onEnd = onEnd;
  }

  /** Sees to it that what the run has received is committed soon. */
  record(run: LiveRun): void {
    if (this.#loops.has(run)) return;
    const loop = this.#loop(run).finally(() => {
      this.#loops.delete(run);
      if (run.storedSeq < run.view.lastSeq && !this.#stopped.signal.aborted) this.record(run);
    });
    this.#loops.set(run, loop);
  }

  /** Commits what can be committed now, and no more after that: the runners still have the rest. */
  async close(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#loops.values());
  }

  async #loop(run: LiveRun): Promise<void> {
    const stopped = this.#stopped.signal;
    for (;;) {
      const batch = run.unstored(BATCH_COUNT, BATCH_SIZE);
      if (batch.length === 0) return;
      try {
        await untilDone(
          stopped,
          () => this.#commit(run, batch),
          (error) => {
            this.#log.warn({ run: run.row.id, err: String(error) }, 'events could not be committed yet');
          },
        );
      } catch {
        return;
      }
      run.stored(batch);
      this.#metrics.eventsStored.inc(batch.length);
      this.#onStored(run);
      if (!isFinal(run.row.phase)) await sleep(PAUSE_MS);
    }
  }

  async #commit(run: LiveRun, batch: readonly StoredEvent[]): Promise<void> {
    const started = performance.now();
    const isLast = run.view.lastSeq === batch.at(-1)?.seq;
    const row = rowOf(run, batch.at(-1)?.seq ?? 0);
    // The view may be ahead of this batch. It is only written together with all that it holds.
    const writeView = isLast && (run.view.outcome !== null || started - run.viewStoredAt > VIEW_EVERY_MS);
    const ended = isLast && isFinal(row.phase) ? row.phase : null;
    await this.#db.transaction(async (tx) => {
      // The order of locks is the same everywhere: first the sequencer, then the run.
      if (ended) await lockSequencer(tx, row.sequencer);
      await appendEvents(tx, row.id, batch);
      const changed = await tx
        .update(runs)
        .set({
          phase: row.phase,
          reason: row.reason,
          startedAt: row.startedAt,
          finishedAt: row.finishedAt,
          exitCode: row.exitCode,
          failure: row.failure,
          statementCount: row.statementCount,
          statementsDone: row.statementsDone,
          lastSeq: row.lastSeq,
          seenAt: row.seenAt,
          ...(row.failure && ended ? { words: wordsOf(row) } : {}),
          ...(writeView ? { view: JSON.stringify(run.view), viewSeq: run.view.lastSeq } : {}),
        })
        .where(and(eq(runs.id, row.id), inArray(runs.phase, [...OPEN_PHASES]), lte(runs.lastSeq, row.lastSeq)));
      // Its end is known otherwise, or another replica is further: the record goes on, and what is newer stays.
      if (changed.rowCount === 0) {
        const lastSeq = sql`greatest(${runs.lastSeq}, ${row.lastSeq})`;
        await tx.update(runs).set({ lastSeq }).where(eq(runs.id, row.id));
      }
      if (ended) await this.#onEnd(tx, row.sequencer, row.number, ended);
    });
    if (writeView) run.viewStoredAt = started;
    // Its end may have become known meanwhile, in another way.
    run.row = isFinal(run.row.phase) ? { ...run.row, lastSeq: row.lastSeq } : row;
    this.#metrics.commitSeconds.observe((performance.now() - started) / 1000);
  }
}

/** The run's row as it is after its events. Only the last batch may carry the end. */
function rowOf(run: LiveRun, lastSeq: number): RunSummary {
  const { view } = run;
  const behind = lastSeq < view.lastSeq && view.outcome !== null;
  return {
    ...run.row,
    phase: behind ? run.row.phase : run.phase,
    reason: behind ? run.row.reason : run.reason,
    startedAt: view.startedAt === null ? null : new Date(view.startedAt),
    finishedAt: behind || view.finishedAt === null ? null : new Date(view.finishedAt),
    exitCode: behind ? null : view.exitCode,
    failure: view.failure,
    statementCount: view.statements.length,
    statementsDone: statementsDone(view),
    lastSeq,
    seenAt: run.seenAt,
  };
}

export function statementsDone(view: RunView): number {
  return view.statements.filter((s) => s.state === 'DONE' || s.state === 'SKIPPED').length;
}
