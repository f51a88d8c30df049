/**
 * The hold of a queue after a run that did not succeed, and the sentences about it. Pure: the local backend and the
 * operator both use it, so that the page and kubectl state the same.
 */
import type { FinalPhase } from './phases.ts';
import type { AfterFailure } from './queue.ts';

const OUTCOME_PHRASES: Record<FinalPhase, string> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  INTERRUPTED: 'was interrupted',
  TERMINATED: 'was terminated',
  KILLED: 'was killed',
  CANCELLED: 'was cancelled',
  LOST: 'was lost',
};

/** Errors of a script that its runner refuses to start, whatever the state of the telescope. */
const SCRIPT_REFUSALS = ['SYNTAX_ERROR', 'SCRIPT_TOO_LARGE', 'SCRIPT_NOT_TEXT'];

/** Whether a runner that refused a start with this code refused the script itself. */
export function isScriptRefusal(code: string | undefined): boolean {
  return code !== undefined && SCRIPT_REFUSALS.includes(code);
}

/**
 * Whether queued runs may still start automatically after a run with this outcome.
 *
 * @param refused whether the runner refused the script of a failed run: none of it ran, and the telescope is as before
 * @param afterFailure what the run requests for the case that its script fails. A run that was stopped or lost holds the
 *   queue in any case
 */
export function letsQueueContinue(
  outcome: FinalPhase,
  refused = false,
  afterFailure: AfterFailure = 'HOLD_QUEUE',
): boolean {
  if (outcome === 'FAILED') return refused || afterFailure === 'CONTINUE';
  return outcome === 'SUCCEEDED' || outcome === 'CANCELLED';
}

/** The cause of a hold, for use inside a sentence: `run 12 failed`. */
export function holdCause(run: string | number, outcome: FinalPhase): string {
  return `run ${String(run)} ${OUTCOME_PHRASES[outcome]}`;
}

/** The reason of the mode of a held sequencer. */
export function holdModeReason(cause: string): string {
  return `Mode set to Off because ${cause}.`;
}

/** The reason of a run that the hold keeps in the queue. */
export function heldRunReason(cause: string): string {
  return `Held because ${cause}. Set the mode to Queue to start it.`;
}
