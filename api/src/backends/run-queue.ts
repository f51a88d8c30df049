/** What waits on each sequencer, and what starts by itself: changed here, carried out by the backend. */
import { LIMITS, SequencerError, type Breakpoint, type Mode, type RunStart } from '@sequencer/model';
import type { RunSummary } from '../store/run-store.ts';

/** A run as somebody wants it, checked. */
export interface Submission {
  sequencer: string;
  script: string;
  title: string | null;
  arguments: string[];
  startPaused: boolean;
  holdOnFailure: boolean;
  breakpoints: Breakpoint[];
  startAt: number | null;
  /** In place of `startAt`, where no runner could say which statement that is: the runner finds it at the start. */
  startLine: number | null;
  start: RunStart;
  requestId: string | null;
}

export interface RunQueue {
  /** Makes the run. Of two with the same requestId the second answers with what the first made. */
  submit: (by: string, wanted: Submission) => Promise<RunSummary>;
  /** Takes a waiting run out of the queue, for good. */
  cancel: (run: RunSummary, by: string) => Promise<RunSummary>;
  /** Moves a waiting run to a position of the queue, from 0. */
  move: (run: RunSummary, position: number) => Promise<void>;
  setMode: (sequencer: string, mode: Mode, by: string) => Promise<void>;
  /** Whether a failure pauses the runs that do not say it themselves. */
  setHoldOnFailure: (sequencer: string, hold: boolean) => Promise<void>;
  /** After somebody has stopped the run: nothing follows by itself. */
  runStopped: (run: RunSummary, by: string) => Promise<void>;
  /** For when it starts. False, and nothing is changed, if it does not wait any more. */
  setBreakpoints: (run: RunSummary, breakpoints: Breakpoint[]) => Promise<boolean>;
  /** One sentence: what a waiting run waits for. */
  waitReason: (run: RunSummary) => Promise<string>;
}

/** Throws BAD_INPUT. */
export function requirePosition(position: number): void {
  if (position < 0) throw new SequencerError('BAD_INPUT', 'position: it counts from 0, the next run.');
}

/** Throws QUEUE_FULL. @param length of the queue before the run that is to be added */
export function requireRoom(length: number): void {
  if (length < LIMITS.queueLength) return;
  const text = `${String(LIMITS.queueLength)} runs wait on this sequencer already. Cancel some, or wait until some have ended.`;
  throw new SequencerError('QUEUE_FULL', text);
}

/** Throws NOT_YET. */
export function requireMode(mode: Mode): void {
  if (mode === 'SCHEDULER') throw new SequencerError('NOT_YET', 'There is no scheduler yet. Choose Off or Queue.');
}
