/** The model behind the GraphQL type Run: the row in the database, and the live state if the run is in memory. */
import {
  LIMITS,
  SequencerError,
  exactText,
  isFinal,
  type Phase,
  type RunEventOf,
  type RunView,
} from '@sequencer/model';
import { readView } from '../../runs/live-runs.ts';
import type { LiveRun } from '../../runs/live-run.ts';
import { statementsDone } from '../../runs/recorder.ts';
import { eventsAfter, firstBytes, outputBefore, sizeOf, type StoredEvent } from '../../store/event-store.ts';
import { findRun, type RunSummary } from '../../store/run-store.ts';
import {
  isOutputIn,
  readOutputPage,
  type OutputFilter,
  type OutputPage,
  type OutputRange,
} from '../../store/output-pages.ts';
import type { OutputMatches, OutputQuery } from '../../runs/output-search.ts';
import { isUuid } from '../../lib/uuid.ts';
import { ANSWER_BYTES } from '../core/answer-budget.ts';
import type { Context } from '../core/context.ts';
import type { ScriptVersion } from './run-interaction.ts';

export class RunModel {
  readonly row: RunSummary;
  readonly live: LiveRun | null;
  readonly #context: Context;
  #view: Promise<RunView> | null = null;

  constructor(row: RunSummary, context: Context) {
    this.#context = context;
    this.live = context.liveRuns.get(row.id) ?? null;
    this.row = this.live?.row ?? row;
  }

  get phase(): Phase {
    return this.live?.phase ?? this.row.phase;
  }

  /** The view of the run: current if it is in memory, else as stored. */
  view(): Promise<RunView> {
    const { answer, db } = this.#context;
    // From memory without waiting for other reads: `lastSeq` and `outputBefore` of one answer must be from the same moment.
    this.#view ??= this.live ? Promise.resolve(this.live.view) : answer.load(() => readView(db, this.row.id));
    return this.#view;
  }

  /** Counts, times and outcome, without reading the view of a run that has ended. */
  get facts() {
    const view = this.live && this.live.view.lastSeq > 0 ? this.live.view : null;
    if (!view) return this.row;
    return {
      startedAt: view.startedAt,
      finishedAt: view.finishedAt ?? this.row.finishedAt,
      exitCode: view.exitCode ?? this.row.exitCode,
      failure: view.failure,
      statementCount: view.statements.length,
      statementsDone: statementsDone(view),
      lastSeq: view.lastSeq,
    };
  }

  /** Why it is in its phase, as a sentence. For a queued run, what it waits for. */
  async reason(): Promise<string | null> {
    if (this.phase !== 'QUEUED') return this.live ? this.live.reason : this.row.reason;
    return this.#context.queue.waitReason(this.row);
  }

  /** Events with seq > after, oldest first: from memory when it has them, else from the store. */
  async events(after: number, first: number, types: readonly string[] | null): Promise<StoredEvent[]> {
    const wanted = (event: StoredEvent) => types?.includes(event.type) ?? true;
    const tail = this.live?.tail(after, Infinity);
    if (tail) return firstBytes(tail.filter(wanted).slice(0, first), LIMITS.pageBytes);
    // Uncommitted events are only in memory. They are read before the store, so that no event is missed in between.
    const uncommitted = this.#uncommitted;
    const { answer, db } = this.#context;
    const stored = await answer.load(() => eventsAfter(db, this.row.id, after, first, types, LIMITS.pageBytes));
    const last = stored.at(-1)?.seq ?? after;
    const all = [...stored, ...uncommitted.filter((event) => event.seq > last && wanted(event))];
    return firstBytes(all.slice(0, first), LIMITS.pageBytes);
  }

  /** The newest output with seq < before, the oldest of it first. */
  async outputBefore(before: number, last: number): Promise<StoredEvent[]> {
    const newest = this.#uncommitted.filter((event) => event.type === 'output' && event.seq < before);
    const { answer, db } = this.#context;
    const older = await answer.load(() =>
      outputBefore(db, this.row.id, newest[0]?.seq ?? before, last, LIMITS.pageBytes),
    );
    return firstBytes([...older, ...newest].slice(-last).reverse(), LIMITS.pageBytes).reverse();
  }

  /** A page of output: the stored part of the range, and the part that is only in memory. */
  async outputPage(range: OutputRange, filter: OutputFilter, count: number): Promise<OutputPage> {
    const newest = this.#uncommitted.filter((event) => isOutputIn(event, range, filter));
    const { answer, db } = this.#context;
    const before = Math.min(range.before, newest[0]?.seq ?? Infinity);
    const stored = await answer.load(() =>
      readOutputPage(db, this.row.id, { ...range, before }, filter, count, LIMITS.pageBytes),
    );
    if (newest.length === 0) return stored;
    if (range.edge === 'first') {
      if (stored.hasMore) return stored;
      const events = firstBytes([...stored.events, ...newest].slice(0, count), LIMITS.pageBytes);
      return { events, hasMore: events.length < stored.events.length + newest.length };
    }
    const all = [...stored.events, ...newest];
    const events = firstBytes(all.slice(-count).reverse(), LIMITS.pageBytes).reverse();
    return { events, hasMore: stored.hasMore || events.length < all.length };
  }

  /** Lines of the whole output that contain a text. */
  outputMatches(query: OutputQuery): Promise<OutputMatches> {
    const { answer, outputSearch } = this.#context;
    const run = {
      id: this.row.id,
      isFinal: isFinal(this.phase) && this.#uncommitted.length === 0,
      uncommitted: this.#uncommitted,
    };
    return answer.load(() => outputSearch.find(run, query));
  }

  /** Events that are only in memory. Read them before the store, so that no event is missed in between. */
  get #uncommitted(): StoredEvent[] {
    return this.live?.tail(this.live.storedSeq, Infinity) ?? [];
  }

  /** The replacements of the script while it ran, from the record. */
  async versions(): Promise<ScriptVersion[]> {
    const { versions } = await this.view();
    if (versions.length === 0) return [];
    const events: StoredEvent[] = [];
    for (let size = 0; ;) {
      const page = await this.events(events.at(-1)?.seq ?? 0, 1000, ['script']);
      events.push(...page);
      size += sizeOf(page);
      if (size > ANSWER_BYTES) throw new SequencerError('ANSWER_TOO_LARGE');
      if (page.length === 0) break;
    }
    return events.map(({ at, data }) => {
      const { version, script, firstChanged, by } = JSON.parse(data) as RunEventOf<'script'>;
      return { version, script: exactText(script), firstChanged, by, at };
    });
  }

  /** Number of clients that follow the run. */
  get watchers(): number {
    return this.#context.watchers.of(this.row.id);
  }

  /** Throws RUN_NOT_STARTED or RUN_FINISHED unless the run is in progress. */
  requireStarted(): void {
    if (this.phase === 'QUEUED') throw new SequencerError('RUN_NOT_STARTED');
    this.requireOpen();
  }

  requireOpen(): void {
    if (!isFinal(this.phase)) return;
    const text = `Run ${String(this.row.number)} has ended (${this.phase.toLowerCase()}), and its outcome is final.`;
    throw new SequencerError('RUN_FINISHED', text);
  }
}

/** Null if there is no such run. */
export async function findRunModel(id: string, context: Context): Promise<RunModel | null> {
  if (!isUuid(id)) return null;
  const row = context.liveRuns.get(id)?.row ?? (await findRun(context.db, id));
  return row ? new RunModel(row, context) : null;
}

export async function requireRunModel(id: string, context: Context): Promise<RunModel> {
  const source = await findRunModel(id, context);
  if (!source) throw new SequencerError('UNKNOWN_RUN');
  return source;
}
