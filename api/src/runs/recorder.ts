/** Commits the events of live runs, in order and in batches, and keeps each run's row in step with them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OPEN_PHASES, isFinal, type FinalPhase, type RunView } from '@sequencer/model';
import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Logger } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Db } from '../store/database.ts';
import { sqlStateOf } from '../store/errors.ts';
import { appendEvents, storableTime, type StoredEvent } from '../store/event-store.ts';
import { wordsOf, type RunSummary } from '../store/run-store.ts';
import { runs } from '../store/schema.ts';
import type { LiveRun } from './live-run.ts';
import { retryUntilRefused } from '../store/retry.ts';
import { lockSequencer, type Transaction } from './queue-hold.ts';

const BATCH_COUNT = 2000;
const BATCH_SIZE = 1024 * 1024;
/** Between two commits of one run, so that a fast script makes large commits and not many. */
const PAUSE_MS = 20;
/** A view is written at most this often: it can always be made again from the events. */
const VIEW_EVERY_MS = 2000;

/** The delay between attempts when nothing more can be set aside. */
const REFUSED_AGAIN_MS = 3000;
/** Attempts at a commit before it counts as refused. */
const TRIES = 3;

/** How the next commit is made, and where the one before was refused. */
interface Attempt {
  /** Events in one commit: halved until the one that is refused is alone. */
  most: number;
  /** `bare`: only the phase of the row, without any text of the script. */
  form: 'whole' | 'bare';
  /** Events whose place another one has taken, and those whose substitute was refused as well. */
  substituted: Set<number>;
  missing: Set<number>;
  /** Something was refused: what is looked for needs one attempt a step. */
  searching: boolean;
  at: 'sequencer' | 'events' | 'row';
}

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
    const attempt: Attempt = {
      most: BATCH_COUNT,
      form: 'whole',
      substituted: new Set(),
      missing: new Set(),
      searching: false,
      at: 'events',
    };
    for (;;) {
      const batch = run.unstored(attempt.most, BATCH_SIZE);
      if (batch.length === 0) return;
      try {
        await retryUntilRefused(
          this.#stopped.signal,
          () => this.#commit(run, batch, attempt),
          (error) => {
            this.#log.warn({ run: run.row.id, err: error }, 'events could not be committed yet');
          },
          attempt.searching ? 1 : TRIES,
        );
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        attempt.searching = true;
        await this.#onRefusal(run, batch, attempt, error);
        continue;
      }
      attempt.form = 'whole';
      attempt.most = Math.min(attempt.most * 2, BATCH_COUNT);
      run.stored(batch);
      this.#metrics.eventsStored.inc(batch.length - attempt.missing.size);
      attempt.missing.clear();
      attempt.substituted.clear();
      attempt.searching = attempt.most < BATCH_COUNT;
      this.#onStored(run);
      if (!isFinal(run.row.phase)) await sleep(PAUSE_MS);
    }
  }

  /** Changes the next attempt so that only what the database refuses is left out of it. */
  async #onRefusal(run: LiveRun, batch: readonly StoredEvent[], attempt: Attempt, error: unknown): Promise<void> {
    const [event] = batch;
    const fields = { run: run.row.id, err: error };
    if (attempt.at === 'events' && event && !attempt.missing.has(event.seq)) {
      if (batch.length > 1) {
        attempt.most = Math.ceil(batch.length / 2);
        return;
      }
      if (!attempt.substituted.has(event.seq)) {
        this.#log.error({ ...fields, seq: event.seq, event: event.type }, 'an event was set aside');
        attempt.substituted.add(event.seq);
        run.replace(substituteFor(event, run.view, error));
      } else {
        this.#log.error({ ...fields, seq: event.seq }, 'an event is missing from the record');
        attempt.missing.add(event.seq);
      }
    } else if (attempt.at === 'row' && attempt.form === 'whole') {
      this.#log.error(fields, 'the details of a run were set aside');
      attempt.form = 'bare';
    } else {
      // Even a phase cannot be stored, so that the cause is not in the values of this run.
      this.#log.error(fields, 'the database refuses every change of a run');
      await sleep(REFUSED_AGAIN_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    }
  }

  async #commit(run: LiveRun, batch: readonly StoredEvent[], attempt: Attempt): Promise<void> {
    const started = performance.now();
    const { form } = attempt;
    const isLast = run.view.lastSeq === batch.at(-1)?.seq;
    const wholeRow = rowOf(run, batch.at(-1)?.seq ?? 0);
    const row = form === 'whole' ? wholeRow : bareOf(wholeRow);
    // The view may be ahead of this batch. It is only written together with all that it holds.
    const writeView =
      form === 'whole' && isLast && (run.view.outcome !== null || started - run.viewStoredAt > VIEW_EVERY_MS);
    const ended = isLast && isFinal(row.phase) ? row.phase : null;
    await this.#db.transaction(async (tx) => {
      // The order of locks is the same everywhere: first the sequencer, then the run.
      attempt.at = 'sequencer';
      if (ended) await lockSequencer(tx, row.sequencer);
      attempt.at = 'events';
      const recorded = batch.filter(({ seq }) => !attempt.missing.has(seq));
      await appendEvents(tx, row.id, recorded);
      attempt.at = 'row';
      const changed = await tx
        .update(runs)
        .set({
          phase: row.phase,
          reason: row.reason,
          finishedAt: row.finishedAt,
          lastSeq: row.lastSeq,
          ...(form === 'whole' && {
            startedAt: row.startedAt,
            exitCode: row.exitCode,
            failure: row.failure,
            statementCount: row.statementCount,
            statementsDone: row.statementsDone,
            seenAt: row.seenAt,
            ...(row.failure && ended ? { words: wordsOf(row) } : {}),
            ...(writeView ? { view: JSON.stringify(run.view), viewSeq: run.view.lastSeq } : {}),
          }),
        })
        .where(and(eq(runs.id, row.id), inArray(runs.phase, [...OPEN_PHASES]), lte(runs.lastSeq, row.lastSeq)));
      // Its end is known otherwise, or another replica is further: the record goes on, and what is newer stays.
      if (changed.rowCount === 0) {
        const lastSeq = sql`greatest(${runs.lastSeq}, ${row.lastSeq})`;
        await tx.update(runs).set({ lastSeq }).where(eq(runs.id, row.id));
      }
      attempt.at = 'sequencer';
      if (ended) await this.#onEnd(tx, row.sequencer, row.number, ended);
    });
    if (writeView) run.viewStoredAt = started;
    // Its end may have become known meanwhile, in another way.
    run.row = isFinal(run.row.phase) ? { ...run.row, lastSeq: row.lastSeq } : row;
    this.#metrics.commitSeconds.observe((performance.now() - started) / 1000);
  }
}

/** The substitute for an event that the database refuses. The substitute of `ended` keeps its outcome. */
function substituteFor({ seq, type, at }: StoredEvent, view: RunView, error: unknown): StoredEvent {
  const problem = `This could not be stored: the database refused it${stateIn(error)}.`;
  const { outcome, exitCode } = view;
  const isEnd = type === 'ended' && outcome !== null;
  const data = isEnd ? { outcome, exitCode, reason: problem } : { event: type, problem };
  return { seq, type: isEnd ? 'ended' : 'setAside', at: storableTime(at), data: JSON.stringify(data) };
}

function bareOf(row: RunSummary): RunSummary {
  const reason =
    'The details of this run could not be stored: the database refused them. They are in the log of events.';
  return { ...row, reason, failure: null, startedAt: null, exitCode: null, finishedAt: row.finishedAt && new Date() };
}

function stateIn(error: unknown): string {
  const state = sqlStateOf(error);
  return state === null ? '' : ` (${state})`;
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
