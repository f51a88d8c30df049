/** The port to the queue and mode of each sequencer, wherever they are stored. `RunQueue` is its only caller. */
import type { AfterFailure, Breakpoint, Mode, RunOrigin, RunStart } from '@sequencer/model';
import type { FailureDefaults, RunSummary } from '../store/run-store.ts';

/** What a run executes, when, and what follows: all that can be edited while it is queued. */
export interface RunPlan {
  script: string;
  title: string | null;
  arguments: string[];
  startPaused: boolean;
  holdOnFailure: boolean;
  breakpoints: Breakpoint[];
  startAt: number | null;
  /** Window of the start. */
  notBefore: Date | null;
  notAfter: Date | null;
  /** Time limit of the run; null for none. */
  timeoutSeconds: number | null;
  afterFailure: AfterFailure;
  /** Two runs that name the same resource never run at the same time. */
  resources: string[];
}

/** A validated request for a run. */
export interface Submission extends RunPlan {
  sequencer: string;
  /** Instead of `startAt` when no runner was connected to resolve it: the runner resolves it at the start. */
  startLine: number | null;
  start: RunStart;
  requestId: string | null;
  origin: RunOrigin;
  /** On hold until an operator accepts it. */
  proposed: boolean;
}

/** Validated changes of a queued run. A part that is not set stays as it is. */
export type RunEdit = Partial<RunPlan>;

export interface OnHold {
  by: string;
  reason: string | null;
}

/** A change of a queued run returns false, and has no effect, if the run is no longer queued. */
export interface QueueStore {
  /**
   * Adds runs of one sequencer to its queue, in this order: all or none. A second call with the same requestIds returns the
   * runs of the first.
   *
   * @param position in the queue, from 0; null for the end
   * @param requireRoom throws if a queue must not become as long as this
   */
  insert: (
    by: string,
    submissions: Submission[],
    position: number | null,
    requireRoom: (length: number) => void,
  ) => Promise<RunSummary[]>;
  cancel: (run: RunSummary, reason: string) => Promise<boolean>;
  /**
   * Changes a queued run. Either this or the start of the run is first: a started run is never changed.
   *
   * @param version throws RUN_CHANGED unless the run has this version; null for any
   */
  edit: (run: RunSummary, by: string, edit: RunEdit, version: number | null) => Promise<boolean>;
  /** Puts a queued run on hold, or releases it with null. */
  setOnHold: (run: RunSummary, onHold: OnHold | null) => Promise<boolean>;
  /** Accepts a proposal. Returns false if it is not proposed any more. */
  accept: (run: RunSummary, by: string) => Promise<boolean>;
  /** @param position in the queue, from 0; a position after the end is the end */
  reorder: (run: RunSummary, position: number) => Promise<boolean>;
  setBreakpoints: (run: RunSummary, by: string, breakpoints: Breakpoint[]) => Promise<boolean>;
  setMode: (sequencer: string, mode: Mode, by: string, reason: string | null) => Promise<void>;
  /**
   * Sets the mode to Off because of a run. May return before that is stored, when the store does not reply soon.
   *
   * @param cause for use inside a sentence: `kim stopped run 12`
   * @param stored called when the mode is stored
   */
  hold: (sequencer: string, by: string, cause: string, stored: () => void) => Promise<void>;
  /** Sets whether runs pause on failure, and what follows a failure, unless they specify it. */
  setFailureDefaults: (sequencer: string, change: Partial<FailureDefaults>) => Promise<void>;
  /** What a queued run waits for, as a sentence. */
  waitReason: (run: RunSummary) => Promise<string>;
}
