/**
 * The catalogue of errors. Each has a stable code for programs; the message of an occurrence states what happened, why if
 * known, and what to do. `docs/errors.md` is generated from this list.
 */
export const ERRORS = {
  BAD_INPUT: 'A value is missing, has the wrong form, or is too large. Correct the value that the message names.',
  SCRIPT_TOO_LARGE:
    'The script exceeds 512 KiB or 20,000 statements. Move data into a file that it reads, or statements into loops.',
  SCRIPT_NOT_TEXT: 'The script is not UTF-8 text, or contains NUL characters. Save it as UTF-8.',
  SYNTAX_ERROR: 'Python cannot compile the script; nothing was started. Fix the reported line.',
  OCS_CONFIG_MISSING: 'The OCS configuration that sorunlib needs is missing. Set OCS_CONFIG_DIR for the runner.',
  UNKNOWN_SEQUENCER: 'No sequencer has this name. Check the spelling, or list the sequencers.',
  UNKNOWN_RUN: 'No run has this id. Check it, or search the history.',
  UNKNOWN_TRACE: 'The run has no trace with this number, or the trace has ended. Choose a trace that the run lists.',
  RUN_FINISHED: 'The run has ended, and its outcome is final. Submit a new run.',
  RUN_NOT_STARTED: 'The run has not started yet. Wait until it starts, or cancel it.',
  RUN_STARTED: 'The run has started, so it can no longer be cancelled or moved in the queue. Stop it instead.',
  NOT_PAUSED: 'The trace is not paused. Pause it first.',
  STALE_PROMPT:
    'The trace has moved on: this prompt was already answered. Check where the trace is now, and try again.',
  STOPPING: 'The run is stopping, so this command is no longer possible. Wait until it ends, or send a stronger stop.',
  STILL_EVALUATING:
    'The trace is still evaluating an expression. Wait for it or interrupt it; its result is added to the record.',
  OTHERS_CANNOT_WAIT: 'Other tasks cannot be frozen during this step. Step while they keep running.',
  NO_DECISION: 'No failed statement is waiting for a decision. Check the state of the run.',
  STATEMENT_STARTED:
    'The edit would change a statement that has started. Change only statements that have not started.',
  ASK_ANSWERED: 'The question was already answered, or its deadline has passed. There is nothing left to answer.',
  UNKNOWN_FILE: 'The run uses no Python file with this name. Choose a file on a stack or on the import path.',
  RUNNER_AWAY: 'The runner is not connected; the script may still be running. Try again when the runner is connected.',
  RUNNER_TIMEOUT:
    'The runner did not reply in time, so the result of the command is unknown. Check the state of the run before you try again.',
  RUNNER_BUSY: 'The runner is executing another run. Wait until that run has ended.',
  NOT_YET: 'This is not available in this version of Sequencer.',
  QUEUE_FULL: 'The queue of this sequencer is full. Cancel queued runs, or wait until some have ended.',
  REQUEST_ID_REUSED:
    'This requestId was used for another script or sequencer. Use a new requestId for each run; repeat one only for the same run.',
  FORBIDDEN: 'Your role does not allow this. Ask an admin.',
  NOT_IN_CONTROL: 'Another user has control of this telescope. Request control, or take over with a reason.',
  UNAUTHENTICATED: 'Sign in first.',
  BAD_ORIGIN:
    'The request was rejected: it comes from another site or names another host. Open the page at its own address.',
  TOO_COMPLEX: 'The query is too deep, too long or too costly. Split it into smaller queries.',
  ANSWER_TOO_LARGE:
    'The response would exceed 10 MB. Request fewer items (first, last), or fewer fields, such as no scripts in a list.',
  TOO_MANY: 'Too many connections or requests from your address. Close some, or wait.',
  DATABASE_AWAY:
    'The database is unreachable. Running scripts continue, and nothing they report is lost. Try again in a few seconds.',
  DATABASE_NEWER:
    'The database was written by a newer version of Sequencer. Start that version or a newer one, or restore a backup.',
  DATABASE_TOO_OLD: 'The database server is older than PostgreSQL 16. Upgrade PostgreSQL to version 16 or newer.',
  CLUSTER_AWAY:
    'The Kubernetes API server is unreachable. Running scripts continue; the queue shown is the last known one. Try again in a few seconds.',
  SEARCH_TOO_SLOW: 'The database did not finish the search in time. Try again, or search for a longer text.',
  INTERNAL: 'An internal error occurred. Search the log of the API for the reference in the message.',
} as const;

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];

/** The format of every code, including codes that a newer version adds. */
export const ERROR_CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERRORS, code);
}

/** An error to show to the caller. Any other error that is thrown is a defect. */
export class SequencerError extends Error {
  /** A code of the catalogue, or of the catalogue of a newer peer. */
  readonly code: string;

  constructor(code: ErrorCode, message: string = ERRORS[code]) {
    super(message);
    this.name = 'SequencerError';
    this.code = code;
  }

  /** An error that a peer reported. An unknown code, of a newer peer, is kept. */
  static reported(code: string | undefined, message: string | undefined): SequencerError {
    const known = isErrorCode(code) ? code : 'INTERNAL';
    const error = new SequencerError(known, message ?? (code === undefined ? undefined : ERRORS[known]));
    return code === undefined || code === known ? error : Object.assign(error, { code });
  }
}
