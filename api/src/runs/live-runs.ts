/** The runs in memory: every active one, and those that ended recently. */
import {
  EVENT_TYPES,
  SequencerError,
  applyEvent,
  emptyView,
  isFinal,
  readEvent,
  restoreView,
  skipEvent,
  type EventType,
  type RunView,
} from '@sequencer/model';
import type { Db } from '../store/database.ts';
import { eventsAfter } from '../store/event-store.ts';
import { viewOf, type RunSummary } from '../store/run-store.ts';
import { LiveRun } from './live-run.ts';

/** How long an ended run stays in memory: while a caller may still use a row from before its end. */
const LINGER_MS = 30_000;
const PAGE = 2000;
const COMMIT_WITHIN_MS = 10_000;
/** Events that do not change the view; output is most of a record. */
const NOT_FOLDED = new Set<EventType>(['output', 'action', 'logged', 'evaluated', 'setAside']);
const FOLDED = EVENT_TYPES.filter((type) => !NOT_FOLDED.has(type));

export class LiveRuns {
  /** Called when a run is loaded: another replica of the API may have its runner. */
  onOpened: (run: LiveRun) => void = () => undefined;
  readonly #db: Db;
  readonly #runs = new Map<string, LiveRun>();
  readonly #loading = new Map<string, Promise<LiveRun>>();

  constructor(db: Db) {
    this.#db = db;
  }

  get(id: string): LiveRun | undefined {
    return this.#runs.get(id);
  }

  all(): LiveRun[] {
    return [...this.#runs.values()];
  }

  /** Loads the run: its stored view, with the events stored after it folded in. */
  async open(row: RunSummary): Promise<LiveRun> {
    const known = this.#runs.get(row.id);
    if (known) return known;
    const loading = this.#loading.get(row.id) ?? this.#load(row);
    this.#loading.set(row.id, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(row.id);
    }
  }

  async #load(row: RunSummary): Promise<LiveRun> {
    const run = new LiveRun(row, await readView(this.#db, row.id));
    this.#runs.set(row.id, run);
    this.onOpened(run);
    return run;
  }

  /**
   * Waits until the outcomes that users have seen are stored. An outcome is shown before its commit, and that commit may hold
   * the queue; a request made after seeing the outcome has to take effect after the hold. Throws DATABASE_AWAY.
   */
  async waitForStoredOutcomes(sequencer: string): Promise<void> {
    const late = AbortSignal.timeout(COMMIT_WITHIN_MS);
    for (const run of this.#runs.values()) {
      if (run.row.sequencer !== sequencer || run.view.outcome === null) continue;
      while (!isFinal(run.row.phase)) {
        if (late.aborted) throw new SequencerError('DATABASE_AWAY');
        await run.changed.after(run.changed.version, late);
      }
    }
  }

  /** Removes an ended run from memory after a delay, and not while its runner is connected. */
  forgetLater(id: string): void {
    setTimeout(() => {
      if (this.#runs.get(id)?.connected === true) this.forgetLater(id);
      else this.#runs.delete(id);
    }, LINGER_MS).unref();
  }
}

/** The view of a run from the store, up to its last stored event. */
export async function readView(db: Db, id: string): Promise<RunView> {
  const stored = await viewOf(db, id);
  const restored = stored.view === null ? null : tryTo(stored.view, restoreView);
  const view = restored ?? emptyView();
  let after = restored ? stored.viewSeq : 0;
  while (after < stored.lastSeq) {
    const page = await eventsAfter(db, id, after, PAGE, FOLDED);
    for (const { seq, type, at, data } of page) {
      tryTo(data, (json) => {
        const event = readEvent({ ...(JSON.parse(json) as object), seq, type, at });
        if (event) applyEvent(view, event);
      });
    }
    const last = page.at(-1);
    if (page.length < PAGE || !last) break;
    after = last.seq;
  }
  skipEvent(view, stored.lastSeq);
  return view;
}

/** Null for an invalid event, which stays in the record and does not change the view. */
function tryTo<T>(json: string, read: (json: string) => T): T | null {
  try {
    return read(json);
  } catch {
    return null;
  }
}
