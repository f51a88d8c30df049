/**
 * The catalogue of errors. Each has a stable code for programs, an HTTP status, a message that states what is wrong, and
 * a remedy: what to do. An occurrence may have a more exact message and remedy. `docs/errors.md` is generated from this list.
 */
interface CatalogueEntry {
  status: number;
  message: string;
  remedy: string;
}

export const ERRORS = {
  BAD_INPUT: {
    status: 400,
    message: 'A value is missing, has the wrong form, or is too large.',
    remedy: 'Correct this value, then try again.',
  },
  SCRIPT_TOO_LARGE: {
    status: 413,
    message: 'The script exceeds 512 KiB or 20,000 statements.',
    remedy: 'Move data into a file that it reads, or statements into loops.',
  },
  SCRIPT_NOT_TEXT: {
    status: 400,
    message: 'The script is not UTF-8 text, or contains NUL characters.',
    remedy: 'Save it as UTF-8.',
  },
  SYNTAX_ERROR: {
    status: 422,
    message: 'Python cannot compile the script; nothing was started.',
    remedy: 'Fix the reported line.',
  },
  OCS_CONFIG_MISSING: {
    status: 503,
    message: 'The OCS configuration that sorunlib needs is missing.',
    remedy: 'Set OCS_CONFIG_DIR for the runner.',
  },
  UNKNOWN_SEQUENCER: {
    status: 404,
    message: 'No sequencer has this name.',
    remedy: 'Check the spelling, or list the sequencers.',
  },
  UNKNOWN_RUN: { status: 404, message: 'No run has this id.', remedy: 'Check it, or search the history.' },
  UNKNOWN_TRACE: {
    status: 404,
    message: 'The run has no trace with this number, or the trace has ended.',
    remedy: 'Choose a trace that the run lists.',
  },
  RUN_FINISHED: {
    status: 409,
    message: 'The run has ended, and its outcome is final.',
    remedy: 'Submit a new run.',
  },
  RUN_PROPOSED: {
    status: 409,
    message: 'The run is a proposal, which waits for an operator.',
    remedy: 'Accept or decline it.',
  },
  NOT_PROPOSED: {
    status: 409,
    message: 'The run is no proposal, or was accepted already.',
    remedy: 'Reload the queue.',
  },
  STOP_INCOMPLETE: {
    status: 409,
    message: 'Not every telescope was stopped.',
    remedy: 'Stop the named telescopes on their pages.',
  },
  RUN_NOT_STARTED: {
    status: 409,
    message: 'The run has not started yet.',
    remedy: 'Wait until it starts, or cancel it.',
  },
  RUN_STARTED: {
    status: 409,
    message: 'The run has started, so it can no longer be cancelled, edited or moved in the queue.',
    remedy: 'Stop it instead.',
  },
  RUN_CHANGED: {
    status: 409,
    message: 'Another user changed this run. Nothing was changed.',
    remedy: 'Read the run again, then repeat your change.',
  },
  NOT_PAUSED: { status: 409, message: 'The trace is not paused.', remedy: 'Pause it first.' },
  STALE_PROMPT: {
    status: 409,
    message: 'The trace has moved on: this prompt was already answered.',
    remedy: 'Check where the trace is now, and try again.',
  },
  STOPPING: {
    status: 409,
    message: 'The run is stopping, so this command is no longer possible.',
    remedy: 'Wait until it ends, or send a stronger stop.',
  },
  STILL_EVALUATING: {
    status: 409,
    message: 'The trace is still evaluating an expression. Its result is added to the record.',
    remedy: 'Wait for it, or interrupt it.',
  },
  OTHERS_CANNOT_WAIT: {
    status: 409,
    message: 'Other tasks cannot be frozen during this step.',
    remedy: 'Step while they keep running.',
  },
  NO_DECISION: {
    status: 409,
    message: 'No failed statement is waiting for a decision.',
    remedy: 'Check the state of the run.',
  },
  STATEMENT_STARTED: {
    status: 409,
    message: 'The edit would change a statement that has started.',
    remedy: 'Change only statements that have not started.',
  },
  ASK_ANSWERED: {
    status: 409,
    message: 'The question was already answered, or its deadline has passed.',
    remedy: 'There is nothing left to answer.',
  },
  UNKNOWN_FILE: {
    status: 404,
    message: 'The run uses no Python file with this name.',
    remedy: 'Choose a file on a stack or on the import path.',
  },
  RUNNER_AWAY: {
    status: 503,
    message: 'The runner is not connected; the script may still be running.',
    remedy: 'Try again when the runner is connected.',
  },
  RUNNER_TIMEOUT: {
    status: 504,
    message: 'The runner did not reply in time, so the result of the command is unknown.',
    remedy: 'Check the state of the run before you try again.',
  },
  RUNNER_BUSY: {
    status: 409,
    message: 'The runner is executing another run.',
    remedy: 'Wait until that run has ended.',
  },
  NOT_YET: {
    status: 501,
    message: 'This is not available in this version of Sequencer.',
    remedy: 'Upgrade, or choose another way.',
  },
  QUEUE_FULL: {
    status: 409,
    message: 'The queue of this sequencer is full.',
    remedy: 'Cancel queued runs, or wait until some have ended.',
  },
  SCHEDULER_NOT_SET: {
    status: 409,
    message: 'No scheduler is configured for this telescope.',
    remedy: 'Ask an admin to set its URL.',
  },
  PULL_IN_PROGRESS: {
    status: 409,
    message: 'A pull from the scheduler is in progress for this telescope.',
    remedy: 'Wait until it has ended, or cancel it.',
  },
  REQUEST_ID_REUSED: {
    status: 409,
    message: 'This requestId was used for another script or sequencer.',
    remedy: 'Use a new requestId for each run; repeat one only for the same run.',
  },
  FORBIDDEN: { status: 403, message: 'Your role does not allow this.', remedy: 'Ask an admin.' },
  NOT_IN_CONTROL: {
    status: 403,
    message: 'Another user has control of this telescope.',
    remedy: 'Request control, or take over with a reason.',
  },
  UNAUTHENTICATED: { status: 401, message: 'You are not signed in.', remedy: 'Sign in first.' },
  BAD_ORIGIN: {
    status: 403,
    message: 'The request was rejected: it comes from another site or names another host.',
    remedy: 'Open the page at its own address.',
  },
  TOO_COMPLEX: {
    status: 400,
    message: 'The query is too deep, too long or too costly.',
    remedy: 'Split it into smaller queries.',
  },
  ANSWER_TOO_LARGE: {
    status: 400,
    message: 'The response would exceed 10 MB.',
    remedy: 'Request fewer items (first, last), or fewer fields, such as no scripts in a list.',
  },
  TOO_MANY: {
    status: 429,
    message: 'Too many connections or requests from your address.',
    remedy: 'Close some, or wait.',
  },
  DATABASE_AWAY: {
    status: 503,
    message: 'The database is unreachable. Running scripts continue, and nothing they report is lost.',
    remedy: 'Try again in a few seconds.',
  },
  DATABASE_NEWER: {
    status: 503,
    message: 'The database was written by a newer version of Sequencer.',
    remedy: 'Start that version or a newer one, or restore a backup.',
  },
  DATABASE_REPLACED: {
    status: 503,
    message: 'The database does not have the tables of this version of Sequencer: it was emptied or replaced.',
    remedy: 'The API starts again and creates them. If the record is missing, restore a backup.',
  },
  DATABASE_TOO_OLD: {
    status: 503,
    message: 'The database server is older than PostgreSQL 16.',
    remedy: 'Upgrade PostgreSQL to version 16 or newer.',
  },
  CLUSTER_AWAY: {
    status: 503,
    message:
      'The Kubernetes API server is unreachable. Running scripts continue; the queue shown is the last known one.',
    remedy: 'Try again in a few seconds.',
  },
  SEARCH_TOO_SLOW: {
    status: 503,
    message: 'The database did not finish the search in time.',
    remedy: 'Try again, or search for a longer text.',
  },
  INTERNAL: {
    status: 500,
    message: 'An internal error occurred.',
    remedy: 'Check the logs of the API and the runner.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];

/** The format of every code, including codes that a newer version adds. */
export const ERROR_CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** The entry of the catalogue; null for a code that only a newer version knows. */
function entryOf(code: string): CatalogueEntry | null {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : null;
}

/** The HTTP status of an error. A code that only a newer version knows has that of an internal error. */
export function statusOf(code: string): number {
  return (entryOf(code) ?? ERRORS.INTERNAL).status;
}

/** An error to show to the caller. Any other error that is thrown is a defect. */
export class SequencerError extends Error {
  /** A code of the catalogue, or of the catalogue of a newer peer. */
  readonly code: string;
  /** What to do. Empty if the message contains it, or if a newer peer did not send it. */
  readonly remedy: string;

  /** The HTTP status of a response that consists of this error. */
  readonly status: number;

  constructor(
    code: ErrorCode,
    message: string = ERRORS[code].message,
    remedy: string = ERRORS[code].remedy,
    status: number = ERRORS[code].status,
  ) {
    super(message);
    this.name = 'SequencerError';
    this.code = code;
    this.remedy = remedy;
    this.status = status;
  }

  /** The message and the remedy, for a reader. */
  get text(): string {
    return `${this.message} ${this.remedy}`.trimEnd();
  }

  /** An error that a peer reported. An unknown code, of a newer peer, is kept. */
  static reported({ code = 'INTERNAL', message, remedy }: ReportedError): SequencerError {
    const entry = entryOf(code);
    const text = message ?? entry?.message ?? `The error ${code} occurred, which this version does not know.`;
    return new SequencerError(code as ErrorCode, text, remedy ?? entry?.remedy ?? '', statusOf(code));
  }
}

/** An error as a peer sends it. */
interface ReportedError {
  code?: string | undefined;
  message?: string | undefined;
  remedy?: string | undefined;
}
