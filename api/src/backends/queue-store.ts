/** The port to the queue and mode of each sequencer, wherever they are stored. `RunQueue` is its only caller. */
import type { Breakpoint, Mode, RunStart } from '@sequencer/model';
import type { RunSummary } from '../store/run-store.ts';

/** A validated request for a run. */
export interface Submission {
  sequencer: string;
  script: string;
  title: string | null;
  arguments: string[];
  startPaused: boolean;
  holdOnFailure: boolean;
  breakpoints: Breakpoint[];
  startAt: number | null;
  /** Instead of `startAt` when no runner was connected to resolve it: the runner resolves it at the start. */
  startLine: number | null;
  start: RunStart;
  requestId: string | null;
}

/** A change of a queued run returns false, and has no effect, if the run is no longer queued. */
export interface QueueStore {
  /**
   * Adds a run at the end of the queue. A second call with the same requestId returns the run of the first.
   *
   * @param requireRoom throws if a queue of this length is full
   */
  insert: (by: string, submission: Submission, requireRoom: (length: number) => void) => Promise<RunSummary>;
  cancel: (run: RunSummary, reason: string) => Promise<boolean>;
  /** @param position in the queue, from 0 */
  reorder: (run: RunSummary, position: number) => Promise<boolean>;
  setBreakpoints: (run: RunSummary, breakpoints: Breakpoint[]) => Promise<boolean>;
  setMode: (sequencer: string, mode: Mode, by: string) => Promise<void>;
  /**
   * Sets the mode to Off because of a run. May return before that is stored, when the store does not reply soon.
   *
   * @param cause for use inside a sentence: `kim stopped run 12`
   * @param stored called when the mode is stored
   */
  hold: (sequencer: string, by: string, cause: string, stored: () => void) => Promise<void>;
  /** Sets whether runs pause on failure by default. */
  setHoldOnFailure: (sequencer: string, hold: boolean) => Promise<void>;
  /** What a queued run waits for, as a sentence. */
  waitReason: (run: RunSummary) => Promise<string>;
}
