/** The queue of each sequencer: checks each request, changes the store, notifies the watchers, and starts the next run. */
import { LIMITS, SequencerError, isFinal, type Breakpoint, type Mode } from '@sequencer/model';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { SequencerStates } from '../runs/sequencer-states.ts';
import type { Db } from '../store/database.ts';
import {
  findByRequests,
  findRun,
  findRuns,
  scriptOf,
  type FailureDefaults,
  type RunSummary,
} from '../store/run-store.ts';
import type { QueueStore, Submission } from './queue-store.ts';
import type { RunBackend } from './run-backend.ts';
import { readEdit, type EditInput } from './run-edit.ts';
import { requireStartable, sameRun, type SubmissionInput } from './submission.ts';
import { ofInput, readSubmissions, withCopies } from './submissions.ts';

export interface RunQueueParts {
  db: Db;
  store: QueueStore;
  backend: RunBackend;
  liveRuns: LiveRuns;
  sequencerStates: SequencerStates;
  /** Throws if the mode SCHEDULER cannot be set. */
  beforeSchedulerMode: (sequencer: string) => Promise<void>;
}

export class RunQueue {
  readonly #parts: RunQueueParts;

  constructor(parts: RunQueueParts) {
    this.#parts = parts;
  }

  /** Creates a run. A repeated request with the same requestId returns the run of the first one. */
  async submit(by: string, input: SubmissionInput): Promise<RunSummary> {
    const [made] = await this.submitAll(by, [input]);
    if (!made) throw new SequencerError('UNKNOWN_RUN');
    return made;
  }

  /**
   * Creates the runs of a list for one sequencer: all or none. A repeated request with the same requestIds returns the runs
   * of the first one.
   *
   * @param copies how often the list is repeated
   */
  async submitAll(by: string, inputs: readonly SubmissionInput[], copies = 1): Promise<RunSummary[]> {
    const { db, store, liveRuns, sequencerStates } = this.#parts;
    const requested = await readSubmissions(inputs, copies);
    const { sequencer = '', position = null } = requested[0] ?? {};
    sequencerStates.require(sequencer);
    await liveRuns.waitForStoredOutcomes(sequencer);
    const defaults = (await sequencerStates.get(sequencer)).row;
    const submissions = requested.map(({ position: _position, ...run }) => ({
      ...run,
      holdOnFailure: run.holdOnFailure ?? defaults.holdOnFailure,
      afterFailure: run.afterFailure ?? defaults.afterFailure,
    }));
    const earlier = await this.#ofEarlierRequest(by, withCopies(submissions, copies));
    if (earlier) return earlier;
    const checked = await this.#check(submissions);
    const wanted = withCopies(checked, copies);
    // Of two concurrent requests with the same requestId, one returns the runs of the other.
    const made = sameRuns(await store.insert(by, wanted, position, requireRoom), wanted);
    await this.#advance(sequencer);
    const current = new Map(
      (
        await findRuns(
          db,
          made.map(({ id }) => id),
        )
      ).map((run) => [run.id, run]),
    );
    return made.map((run) => current.get(run.id) ?? run);
  }

  async #ofEarlierRequest(by: string, wanted: readonly Submission[]): Promise<RunSummary[] | null> {
    if (wanted.some(({ requestId }) => requestId === null)) return null;
    const requestIds = wanted.map(({ requestId }) => requestId);
    const earlier = await findByRequests(this.#parts.db, by, requestIds);
    return earlier && sameRuns(earlier, wanted);
  }

  /** Checks each script, and resolves its start line. */
  async #check(submissions: readonly Submission[]): Promise<Submission[]> {
    const checked: Submission[] = [];
    for (const [index, submission] of submissions.entries()) {
      const check = () => requireStartable(this.#parts.backend, submission);
      checked.push(await ofInput(index, submissions.length, check));
    }
    return checked;
  }

  /** Cancels a queued run. */
  async cancel(run: RunSummary, by: string): Promise<RunSummary> {
    return this.#changeQueued(run, (store) => store.cancel(run, `Cancelled by ${by}.`));
  }

  /** Moves a queued run. @param position 0 is the next run */
  async move(run: RunSummary, position: number): Promise<void> {
    if (position < 0) throw new SequencerError('BAD_INPUT', 'position: must be 0 or more. 0 is the next run.');
    if (!(await this.#parts.store.reorder(run, position))) throw await this.#notQueued(run);
    this.#changed(run.sequencer);
  }

  /** Changes what a queued run executes, when, and what follows. */
  async edit(run: RunSummary, by: string, input: EditInput): Promise<RunSummary> {
    const { db, backend } = this.#parts;
    if (run.phase !== 'QUEUED') throw await this.#notQueued(run);
    const { edit, startLine, version } = readEdit(input, run);
    let basedOn = version;
    if (edit.script !== undefined || edit.startAt !== undefined || startLine !== null) {
      const script = edit.script ?? (await scriptOf(db, run.id));
      const unchanged = startLine === null ? run.startAt : null;
      const startAt = edit.startAt === undefined ? unchanged : edit.startAt;
      const { sequencer } = run;
      const resolved = await requireStartable(backend, { sequencer, script, startAt, startLine });
      edit.startAt = resolved.startAt;
      // The statement was found in the stored script, which must still be the same.
      if (edit.script === undefined) basedOn ??= run.version;
    }
    return this.#changeQueued(run, (store) => store.edit(run, by, edit, basedOn));
  }

  /** Puts a queued run on hold. The queue skips it until it is released. */
  async hold(run: RunSummary, by: string, reason: string | null): Promise<RunSummary> {
    if (run.proposed) throw new SequencerError('RUN_PROPOSED');
    return this.#changeQueued(run, (store) => store.setOnHold(run, { by, reason }));
  }

  async release(run: RunSummary): Promise<RunSummary> {
    if (run.proposed) throw new SequencerError('RUN_PROPOSED');
    return this.#changeQueued(run, (store) => store.setOnHold(run, null));
  }

  /** A proposal becomes a queued run. Throws NOT_PROPOSED. */
  async accept(run: RunSummary, by: string): Promise<RunSummary> {
    return this.#changeQueued(run, async (store) => {
      if (run.proposed && (await store.accept(run, by))) return true;
      if (((await findRun(this.#parts.db, run.id)) ?? run).phase === 'QUEUED') throw new SequencerError('NOT_PROPOSED');
      return false;
    });
  }

  /** Cancels a proposal. Throws NOT_PROPOSED. */
  async decline(run: RunSummary, by: string, reason: string): Promise<RunSummary> {
    if (!run.proposed) throw new SequencerError('NOT_PROPOSED');
    return this.#changeQueued(run, (store) => store.cancel(run, `Declined by ${by}: ${reason}`));
  }

  /** Sets the breakpoints of a queued run. Returns false, without effect, if it is no longer queued. */
  setBreakpoints(run: RunSummary, by: string, breakpoints: Breakpoint[]): Promise<boolean> {
    return this.#parts.store.setBreakpoints(run, by, breakpoints);
  }

  async setMode(sequencer: string, mode: Mode, by: string, reason: string | null): Promise<void> {
    const { store, liveRuns, sequencerStates } = this.#parts;
    sequencerStates.require(sequencer);
    await liveRuns.waitForStoredOutcomes(sequencer);
    if (mode === 'SCHEDULER') await this.#parts.beforeSchedulerMode(sequencer);
    await store.setMode(sequencer, mode, by, reason);
    await this.#advance(sequencer);
  }

  /**
   * Sets the mode to Off after a stop, so that no other run starts automatically.
   *
   * @param cause for use inside a sentence: `kim stopped run 12`
   */
  async setModeOff(sequencer: string, by: string, cause: string): Promise<void> {
    await this.#parts.store.hold(sequencer, by, cause, () => {
      this.#changed(sequencer);
    });
  }

  /** Sets whether runs pause on failure, and what follows a failure, unless they specify it. */
  async setFailureDefaults(sequencer: string, change: Partial<FailureDefaults>): Promise<void> {
    const { store, sequencerStates } = this.#parts;
    sequencerStates.require(sequencer);
    await store.setFailureDefaults(sequencer, change);
    this.#changed(sequencer);
  }

  /** What a queued run waits for, as a sentence. */
  waitReason(run: RunSummary): Promise<string> {
    return this.#parts.store.waitReason(run);
  }

  /** Starts the next run first: watchers get few updates a second, and a short run must be in one of them. */
  async #advance(sequencer: string): Promise<void> {
    try {
      await this.#parts.backend.advance?.(sequencer);
    } finally {
      this.#changed(sequencer);
    }
  }

  /** Changes a queued run, and starts the next run, which may now be another one. Throws if it is no longer queued. */
  async #changeQueued(run: RunSummary, change: (store: QueueStore) => Promise<boolean>): Promise<RunSummary> {
    const { db, store } = this.#parts;
    if (!(await change(store))) throw await this.#notQueued(run);
    await this.#advance(run.sequencer);
    return (await findRun(db, run.id)) ?? run;
  }

  #changed(sequencer: string): void {
    this.#parts.sequencerStates.invalidate(sequencer);
  }

  async #notQueued(run: RunSummary): Promise<SequencerError> {
    // Its end may be shown already, and not be stored yet.
    await this.#parts.liveRuns.waitForStoredOutcomes(run.sequencer);
    const { phase } = (await findRun(this.#parts.db, run.id)) ?? run;
    return new SequencerError(isFinal(phase) ? 'RUN_FINISHED' : 'RUN_STARTED');
  }
}

/** The runs of a request. Throws REQUEST_ID_REUSED if they are of another request with the same ids. */
function sameRuns(made: readonly RunSummary[], wanted: readonly Submission[]): RunSummary[] {
  return wanted.map((submission, index) => {
    const run = made[index];
    if (!run) throw new SequencerError('REQUEST_ID_REUSED');
    return sameRun(run, submission);
  });
}

/** Throws QUEUE_FULL. @param length of the queue with the runs that are to be added */
function requireRoom(length: number): void {
  if (length <= LIMITS.queueLength) return;
  throw new SequencerError('QUEUE_FULL', `The queue of this sequencer is full (${String(LIMITS.queueLength)} runs).`);
}
