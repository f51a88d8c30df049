/**
 * Stores the durations of runs that succeeded. The transaction of the end notes the run; this reads its script and statements
 * afterwards, and stores the durations together with the removal of the note. So a crash in between loses nothing, and nothing
 * is stored twice. A note that another API process left is found within a minute.
 */
import { durationsOf } from '@sequencer/model/estimates/run-durations';
import type { Logger } from '../lib/log.ts';
import { Signal } from '../lib/signal.ts';
import { readView } from '../runs/live-runs.ts';
import type { Db } from '../store/database.ts';
import { isDatabaseUnreachable } from '../store/errors.ts';
import { retryUntilAborted } from '../store/retry.ts';
import { findRun } from '../store/run-store.ts';
import { dropNote, notedRuns, storeDurations } from './duration-store.ts';
import { readRunStatements } from './run-script.ts';
import type { StatementReader } from './statement-reader.ts';

const CHECK_EVERY_MS = 60_000;
/** Attempts to read a run, before its durations are given up. */
const TRIES = 3;
/** How long a reader of the record waits for the run that has just ended. */
const SETTLE_MS = 1000;

export class DurationRecorder {
  /** Called after the durations of a run are stored. */
  onStored: (sequencer: string) => void = () => undefined;
  readonly #db: Db;
  readonly #log: Logger;
  readonly #reader: StatementReader;
  readonly #noted = new Signal();
  readonly #done = new Signal();
  readonly #stopped = new AbortController();
  readonly #failures = new Map<string, number>();
  /** The version of `#noted` up to which the runs are stored. */
  #storedVersion = 0;
  #loop: Promise<void> = Promise.resolve();

  constructor(db: Db, log: Logger, reader: StatementReader) {
    this.#db = db;
    this.#log = log;
    this.#reader = reader;
  }

  begin(): void {
    this.#loop = this.#run();
  }

  /** A run was noted. Without this call, it is found later. */
  wake(): void {
    this.#noted.notify();
  }

  /** Waits until the runs that have ended are stored, for a short time at most. */
  async settled(): Promise<void> {
    const wanted = this.#noted.version;
    const late = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(SETTLE_MS)]);
    while (this.#storedVersion < wanted && !late.aborted) await this.#done.after(this.#done.version, late);
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const seen = this.#noted.version;
      await retryUntilAborted(
        signal,
        () => this.#storeNoted(),
        (error) => {
          this.#log.warn({ err: error }, 'the durations of a run could not be stored yet');
        },
        CHECK_EVERY_MS,
      ).catch(() => undefined);
      this.#storedVersion = seen;
      this.#done.notify();
      await this.#noted.after(seen, signal, CHECK_EVERY_MS);
    }
  }

  async #storeNoted(): Promise<void> {
    for (const id of await notedRuns(this.#db)) {
      if (this.#stopped.signal.aborted) return;
      await this.#store(id).catch((error: unknown) => this.#onFailure(id, error));
    }
  }

  /** A run whose record cannot be read must not keep those after it from being stored. */
  async #onFailure(id: string, error: unknown): Promise<void> {
    if (isDatabaseUnreachable(error)) throw error;
    const failures = (this.#failures.get(id) ?? 0) + 1;
    this.#failures.set(id, failures);
    this.#log.error({ run: id, failures, err: error }, 'the durations of a run could not be stored');
    if (failures < TRIES) return;
    this.#failures.delete(id);
    await dropNote(this.#db, id);
  }

  async #store(id: string): Promise<void> {
    const row = await findRun(this.#db, id);
    if (!row) return;
    const view = await readView(this.#db, id);
    const keys = await readRunStatements(this.#db, this.#reader, row, view);
    // A script that could not be read once would stop the thread again and again.
    await storeDurations(this.#db, row, keys ? durationsOf(view, keys) : new Map());
    this.onStored(row.sequencer);
  }
}
