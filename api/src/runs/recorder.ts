/** Commits the events of live runs, in order and in batches, together with the row of the run. */
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
import { lockSequencer, type EndedRun, type Transaction } from './queue-hold.ts';

const BATCH_COUNT = 2000;
const BATCH_SIZE = 1024 * 1024;
/** Pause between two commits of one run, so that a fast script makes few, large commits. */
const PAUSE_MS = 20;
/** Shortest time between two writes of a view, which can always be folded from the events again. */
const VIEW_EVERY_MS = 2000;

/** Delay between attempts when nothing more can be set aside. */
const REFUSED_AGAIN_MS = 3000;
/** Attempts at a commit before it counts as refused. */
const TRIES = 3;

/** How to make the next commit, and which statement of the last one the database refused. */
interface Attempt {
  /** Largest number of events in one commit: halved until the refused event is alone. */
  most: number;
  /** `bare` writes only the phase of the row, without any text of the script. */
  form: 'whole' | 'bare';
  /** Events that were replaced by a substitute, and those whose substitute was refused as well. */
  substituted: Set<number>;
  missing: Set<number>;
  /** Whether the refused event is being searched, with one attempt per step. */
  searching: boolean;
  at: 'sequencer' | 'events' | 'row';
}

type EndOfRun = (tx: Transaction, run: EndedRun, phase: FinalPhase) => Promise<void>;

export class Recorder {
  readonly #db: Db;
  readonly #log: Logger;
  readonly #metrics: Metrics;
  /** Called after each commit. */
  onStored: (run: LiveRun) => void = () => undefined;
  readonly #onEnd: EndOfRun;
  readonly #stopped = new AbortController();
  readonly #loops = new Map<LiveRun, Promise<void>>();

  /** @param onEnd called in the transaction that commits the end of a run */
  constructor(db: Db, log: Logger, metrics: Metrics, onEnd: EndOfRun) {
    this.#db = db;
    this.#log = log;
    this.#metrics = metrics;
    this.#onEnd = onEnd;
  }

  /** Commits the received events of the run soon. */
  record(run: LiveRun): void {
    if (this.#loops.has(run)) return;
    const loop = this.#loop(run).finally(() => {
      this.#loops.delete(run);
      if (run.storedSeq < run.view.lastSeq && !this.#stopped.signal.aborted) this.record(run);
    });
    this.#loops.set(run, loop);
  }

  /** Stops after the commits in progress. The runners still have the other events. */
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
      this.onStored(run);
      if (!isFinal(run.row.phase)) await sleep(PAUSE_MS);
    }
  }

  /** Narrows the next attempt, so that only what the database refuses is left out. */
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
    // The view may be ahead of this batch. It is only written together with all events that it includes.
    const writeView =
      form === 'whole' && isLast && (run.view.outcome !== null || started - run.viewStoredAt > VIEW_EVERY_MS);
    const ended = isLast && isFinal(row.phase) ? row.phase : null;
    await this.#db.transaction(async (tx) => {
      // Lock order, everywhere: first the sequencer, then the run.
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
      // The run ended in another way, or another replica is ahead: add the events, and keep the newer row.
      if (changed.rowCount === 0) {
        const lastSeq = sql`greatest(${runs.lastSeq}, ${row.lastSeq})`;
        await tx.update(runs).set({ lastSeq }).where(eq(runs.id, row.id));
      }
      attempt.at = 'sequencer';
      if (ended) await this.#onEnd(tx, row, ended);
    });
    if (writeView) run.viewStoredAt = started;
    // The run may have ended in another way meanwhile.
    run.row = isFinal(run.row.phase) ? { ...run.row, lastSeq: row.lastSeq } : row;
    this.#metrics.commitSeconds.observe((performance.now() - started) / 1000);
  }
}

/** The substitute for an event that the database refuses. The substitute of `ended` keeps its outcome. */
function substituteFor({ seq, type, at }: StoredEvent, view: RunView, error: unknown): StoredEvent {
  const problem = `This event could not be stored: the database refused it${stateIn(error)}. The log of the API has the details.`;
  const { outcome, exitCode } = view;
  const isEnd = type === 'ended' && outcome !== null;
  const data = isEnd ? { outcome, exitCode, reason: problem } : { event: type, problem };
  return { seq, type: isEnd ? 'ended' : 'setAside', at: storableTime(at), data: JSON.stringify(data) };
}

function bareOf(row: RunSummary): RunSummary {
  const reason = 'The details of this run could not be stored: the database refused them. Its events have them.';
  return { ...row, reason, failure: null, startedAt: null, exitCode: null, finishedAt: row.finishedAt && new Date() };
}

function stateIn(error: unknown): string {
  const state = sqlStateOf(error);
  return state === null ? '' : ` (${state})`;
}

/** The run's row after its events. Only the last batch may include the end. */
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
