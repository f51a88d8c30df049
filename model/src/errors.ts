/**
 * The one catalogue of errors. Each has a stable code for programs; the message of each occurrence is a sentence for
 * people that says what to do. `docs/errors.md` is generated from this list.
 */
export const ERRORS = {
  BAD_INPUT: 'A value is missing, of the wrong form, or too large. The message names it.',
  SCRIPT_TOO_LARGE:
    'The script is over 512 KiB or 20,000 statements. Move data into a file that it reads, statements into loops.',
  SCRIPT_NOT_TEXT: 'The script is not UTF-8 text, or holds NUL characters. Save it as UTF-8.',
  SYNTAX_ERROR: 'Python cannot compile the script. Nothing was started. Mend the line that is named.',
  OCS_CONFIG_MISSING: 'The OCS configuration that sorunlib needs is not there. Set OCS_CONFIG_DIR for the runner.',
  UNKNOWN_SEQUENCER: 'No sequencer has this name.',
  UNKNOWN_RUN: 'No run has this id.',
  UNKNOWN_TRACE: 'The run has no trace of this number, or the trace has ended.',
  RUN_FINISHED: 'The run has ended; its outcome never changes.',
  RUN_NOT_STARTED: 'The run has not started yet; cancel it instead, or wait.',
  RUN_STARTED: 'The run has started; stop it instead of cancelling it or moving it in the queue.',
  NOT_PAUSED: 'The trace is not paused at a prompt.',
  STALE_PROMPT: 'The prompt was answered already, here or by somebody else. Look at where the trace is now.',
  STOPPING: 'The run is stopping; this is not possible any more.',
  STILL_EVALUATING:
    'The trace is busy with an expression. Wait for it, or interrupt it; its result will be in the record.',
  OTHERS_CANNOT_WAIT: 'Nothing here can be made to wait for this step. Step with the others going on.',
  NO_DECISION: 'No failed statement waits for a decision.',
  STATEMENT_STARTED: 'The change would alter a statement that has started. Only what has not run can be replaced.',
  ASK_ANSWERED: 'The question was answered already, here or by somebody else, or its time is over.',
  UNKNOWN_FILE: 'This is no Python file that the run uses.',
  RUNNER_AWAY: 'The runner is not connected. The script may still be running. Try again when the runner is back.',
  RUNNER_TIMEOUT: 'The runner did not answer in time. Look at the state of the run before trying again.',
  RUNNER_BUSY: 'The runner holds another run.',
  NOT_YET: 'This is not available in this version.',
  QUEUE_FULL: 'The queue of this sequencer is full. Cancel runs that are not needed, or wait until some have ended.',
  REQUEST_ID_REUSED:
    'This requestId was used for another script or sequencer. Use a new requestId for each run; repeat one only for the same run.',
  FORBIDDEN: 'Your role does not allow this. Ask an admin.',
  NOT_IN_CONTROL: 'Somebody else drives this telescope. Ask for control, or take over with a reason.',
  UNAUTHENTICATED: 'Sign in first.',
  BAD_ORIGIN: 'The request comes from another site, or asks for another host, and was refused.',
  TOO_COMPLEX: 'The query is too deep, too long or too costly. Ask for less at once.',
  ANSWER_TOO_LARGE:
    'The answer would be over 10 MB. Request fewer items (first, last), or less of each, such as no scripts in a list.',
  TOO_MANY: 'Too many connections or requests from here. Close some, or wait.',
  DATABASE_AWAY:
    'The database is not reachable. Running scripts go on and nothing they report is lost. Try again soon.',
  DATABASE_NEWER:
    'The database was written by a newer version of Sequencer. Start that version or a newer one, or restore a backup.',
  DATABASE_TOO_OLD: 'The database server is older than PostgreSQL 16. Upgrade PostgreSQL to version 16 or newer.',
  CLUSTER_AWAY:
    'The Kubernetes API server does not answer. Running scripts go on; what is shown of the queue is last known. Try again soon.',
  INTERNAL: 'Something failed inside the product. The message has a reference to look for in the log.',
} as const;

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];

/** The form of every code, also of those that a newer version adds. */
export const ERROR_CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERRORS, code);
}

/** An error to be shown to the person or program that asked. Anything else that is thrown is a defect. */
export class SequencerError extends Error {
  /** Of the catalogue, or of the catalogue of a newer runner. */
  readonly code: string;

  constructor(code: ErrorCode, message: string = ERRORS[code]) {
    super(message);
    this.name = 'SequencerError';
    this.code = code;
  }

  /** An error that another part reported. A code that this version does not know is kept as it is. */
  static reported(code: string | undefined, message: string | undefined): SequencerError {
    const known = isErrorCode(code) ? code : 'INTERNAL';
    const error = new SequencerError(known, message ?? (code === undefined ? undefined : ERRORS[known]));
    return code === undefined || code === known ? error : Object.assign(error, { code });
  }
}
