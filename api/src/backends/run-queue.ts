/** The queue of each sequencer, as the API changes it. The backend starts the runs. */
import { LIMITS, SequencerError, type Breakpoint, type Mode, type RunStart } from '@sequencer/model';
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

export interface RunQueue {
  /** Creates the run. A second call with the same requestId returns the run of the first. */
  submit: (by: string, wanted: Submission) => Promise<RunSummary>;
  /** Cancels a queued run. */
  cancel: (run: RunSummary, by: string) => Promise<RunSummary>;
  /** Moves a queued run to a position of the queue, from 0. */
  move: (run: RunSummary, position: number) => Promise<void>;
  setMode: (sequencer: string, mode: Mode, by: string) => Promise<void>;
  /** Sets whether runs pause on failure by default. */
  setHoldOnFailure: (sequencer: string, hold: boolean) => Promise<void>;
  /** Sets the mode to Off after a stop of the run, so that no other run starts automatically. */
  runStopped: (run: RunSummary, by: string) => Promise<void>;
  /** Sets the breakpoints of a queued run. Returns false, and changes nothing, if it is no longer queued. */
  setBreakpoints: (run: RunSummary, breakpoints: Breakpoint[]) => Promise<boolean>;
  /** What a queued run waits for, as a sentence. */
  waitReason: (run: RunSummary) => Promise<string>;
}

/** Throws BAD_INPUT. */
export function requirePosition(position: number): void {
  if (position < 0) throw new SequencerError('BAD_INPUT', 'position: must be 0 or more. 0 is the next run.');
}

/** Throws QUEUE_FULL. @param length of the queue before the run that is to be added */
export function requireRoom(length: number): void {
  if (length < LIMITS.queueLength) return;
  const text = `The queue of this sequencer is full (${String(LIMITS.queueLength)} runs). Cancel some, or wait until some have ended.`;
  throw new SequencerError('QUEUE_FULL', text);
}

/** Throws NOT_YET. */
export function requireMode(mode: Mode): void {
  if (mode === 'SCHEDULER') throw new SequencerError('NOT_YET', 'There is no scheduler yet. Choose Off or Queue.');
}
