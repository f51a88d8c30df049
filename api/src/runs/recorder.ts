/** Commits the events of live runs, in order and in batches, together with the row of the run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OPEN_PHASES, isFinal, type FinalPhase, type RunView } from '@sequencer/model';
import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import { warn, type Logger } from '../lib/log.ts';
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

/** Delay between attempts when the database refuses every change. */
const REFUSED_AGAIN_MS = 3000;
/** Attempts at a commit before it counts as refused. */
const TRIES = 3;
const WITHOUT_DETAILS = 'The details of this run could not be stored: the database refused them. Its events have them.';

type Events = readonly StoredEvent[];
type Form = 'whole' | 'bare';

interface RecorderParts {
  db: Db;
  log: Logger;
  metrics: Metrics;
  /** Called in the transaction that commits the end of a run. */
  onEnd: (tx: Transaction, run: EndedRun, phase: FinalPhase) => Promise<void>;
  /** Called after that commit. */
  afterEnd: () => void;
}

export class Recorder {
  readonly #parts: RecorderParts;
  /** Called after each commit. */
  onStored: (run: LiveRun) => void = () => undefined;
  readonly #stopped = new AbortController();
  readonly #loops = new Map<LiveRun, Promise<void>>();

  constructor(parts: RecorderParts) {
    this.#parts = parts;
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
    const { signal } = this.#stopped;
    for (;;) {
      const batch = run.unstored(BATCH_COUNT, BATCH_SIZE);
      if (batch.length === 0) return;
      try {
        await this.#store(run, batch, TRIES);
        if (!isFinal(run.row.phase)) await sleep(PAUSE_MS);
      } catch (error) {
        if (signal.aborted) return;
        // Even a phase cannot be stored, so that the cause is not in the values of this run.
        this.#parts.log.error({ run: run.row.id, err: error }, 'the database refuses every change of a run');
        await sleep(REFUSED_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Commits the batch, and leaves out only what the database refuses. Throws when it refuses every change of the run. */
  async #store(run: LiveRun, batch: Events, tries = 1): Promise<void> {
    const refusal = await this.#tryToStore(run, batch, batch, tries);
    const [event] = batch;
    if (refusal === null || !event) return;
    if (batch.length > 1) {
      const half = Math.ceil(batch.length / 2);
      await this.#store(run, batch.slice(0, half));
      await this.#store(run, batch.slice(half));
      return;
    }
    const fields = { run: run.row.id, seq: event.seq, event: event.type, err: refusal };
    const substitute = substituteFor(event, run.view, refusal);
    run.replace(substitute);
    if ((await this.#tryToStore(run, [substitute], [substitute])) === null) {
      this.#parts.log.error(fields, 'an event was set aside');
    } else if ((await this.#tryToStore(run, [substitute], [])) === null) {
      this.#parts.log.error(fields, 'an event is missing from the record');
    } else {
      run.replace(event);
      throw refusal;
    }
  }

  /**
   * Commits the batch with these events, and with the whole row or else only its phase.
   *
   * @returns the error if the database refuses both; null after a commit
   */
  async #tryToStore(run: LiveRun, batch: Events, events: Events, tries = 1): Promise<Error | null> {
    const fields = { run: run.row.id };
    const onFailure = warn(this.#parts.log, 'events could not be committed yet', fields);
    let refusal: Error | null = null;
    for (const form of ['whole', 'bare'] as const) {
      try {
        const commit = () => this.#commit(run, batch, events, form);
        await retryUntilRefused(this.#stopped.signal, commit, onFailure, refusal ? 1 : tries);
      } catch (error) {
        if (this.#stopped.signal.aborted || !(error instanceof Error)) throw error;
        refusal = error;
        continue;
      }
      if (refusal) this.#parts.log.error({ ...fields, err: refusal }, 'the details of a run were set aside');
      run.stored(batch);
      this.#parts.metrics.eventsStored.inc(events.length);
      this.onStored(run);
      return null;
    }
    return refusal;
  }

  /** `bare` writes only the phase of the row, without any text of the script. */
  async #commit(run: LiveRun, batch: Events, events: Events, form: Form): Promise<void> {
    const started = performance.now();
    const { id, sequencer } = run.row;
    const lastSeq = batch.at(-1)?.seq ?? 0;
    // More events may arrive during the transaction. A view is only written together with all events that it includes.
    const isLast = run.view.lastSeq === lastSeq;
    const ended = isLast && isFinal(run.phase) ? run.phase : null;
    const changes = changesOf(run, lastSeq, form);
    const words = ended && changes.failure ? { words: wordsOf({ ...run.row, failure: changes.failure }) } : {};
    const writeView =
      form === 'whole' && isLast && (run.view.outcome !== null || started - run.viewStoredAt > VIEW_EVERY_MS);
    const view = writeView ? { view: JSON.stringify(run.view), viewSeq: lastSeq } : {};
    await this.#parts.db.transaction(async (tx) => {
      // Lock order, everywhere: first the sequencer, then the run.
      if (ended) await lockSequencer(tx, sequencer);
      await appendEvents(tx, id, events);
      const changed = await tx
        .update(runs)
        .set({ ...changes, ...words, ...view })
        .where(and(eq(runs.id, id), inArray(runs.phase, [...OPEN_PHASES]), lte(runs.lastSeq, lastSeq)));
      // The run ended in another way, or another replica is ahead: add the events, and keep the newer row.
      if (changed.rowCount === 0) {
        const newest = sql`greatest(${runs.lastSeq}, ${lastSeq})`;
        await tx.update(runs).set({ lastSeq: newest }).where(eq(runs.id, id));
      }
      if (ended) await this.#parts.onEnd(tx, run.row, ended);
    });
    if (writeView) run.viewStoredAt = started;
    // The run may have ended in another way meanwhile.
    run.row = { ...run.row, ...(isFinal(run.row.phase) ? { lastSeq } : changes) };
    if (ended) this.#parts.afterEnd();
    this.#parts.metrics.commitSeconds.observe((performance.now() - started) / 1000);
  }
}

/** The substitute for an event that the database refuses. The substitute of `ended` keeps its outcome. */
function substituteFor({ seq, type, at }: StoredEvent, view: RunView, error: unknown): StoredEvent {
  const state = sqlStateOf(error);
  const code = state === null ? '' : ` (${state})`;
  const problem = `This event could not be stored: the database refused it${code}. The log of the API has the details.`;
  const { outcome, exitCode } = view;
  const isEnd = type === 'ended' && outcome !== null;
  const data = isEnd ? { outcome, exitCode, reason: problem } : { event: type, problem };
  return { seq, type: isEnd ? 'ended' : 'setAside', at: storableTime(at), data: JSON.stringify(data) };
}

/** What the events change in the row of the run. Only the last batch may include the end. */
function changesOf(run: LiveRun, lastSeq: number, form: Form): Partial<RunSummary> {
  const { view, seenAt } = run;
  const isBehind = lastSeq < view.lastSeq && view.outcome !== null;
  const { phase, reason } = isBehind ? run.row : run;
  const finishedAt = isBehind || view.finishedAt === null ? null : new Date(view.finishedAt);
  if (form === 'bare') return { phase, reason: WITHOUT_DETAILS, finishedAt: finishedAt && new Date(), lastSeq };
  return {
    phase,
    reason,
    finishedAt,
    exitCode: isBehind ? null : view.exitCode,
    startedAt: view.startedAt === null ? null : new Date(view.startedAt),
    failure: view.failure,
    statementCount: view.statements.length,
    statementsDone: statementsDone(view),
    lastSeq,
    seenAt,
  };
}

export function statementsDone(view: RunView): number {
  return view.statements.filter((s) => s.state === 'DONE' || s.state === 'SKIPPED').length;
}
