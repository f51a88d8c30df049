/** Classifies database errors: unreachable, values refused, constraint violated. */
import { SequencerError } from '@sequencer/model';
import pg from 'pg';

/** Connection errors and shutdown of the server, as opposed to an invalid statement. */
const UNREACHABLE_CODES =
  /^(080..|57P0[1235]|53300|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EAI_FAIL|ETIMEDOUT|EPIPE|ENOENT|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/;
const UNREACHABLE_MESSAGES =
  /connection terminated|connection ended|client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|query read timeout|not queryable|not currently accepting connections/i;

/** Whether the error, or one of its causes, means that the database is unreachable. */
export function isDatabaseUnreachable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && UNREACHABLE_CODES.test(cause.code)) return true;
    if (UNREACHABLE_MESSAGES.test(cause.message)) return true;
    if (cause instanceof AggregateError && cause.errors.some(isDatabaseUnreachable)) return true;
  }
  return false;
}

/**
 * SQLSTATE classes of permanent errors, which depend on the values: data exceptions, violated constraints, program
 * limits, exceptions of a trigger, and a message that the server cannot decode (08P01).
 */
const VALUE_ERROR_STATES = /^(08P01|(0A|21|22|23|38|39|44|54|P0)...)$/;

/** Whether the database, or the driver, refuses the values: a retry would fail again. */
export function isRefused(error: unknown): boolean {
  if (isDatabaseUnreachable(error)) return false;
  const state = sqlStateOf(error);
  return state === null ? cannotBeSent(error) : VALUE_ERROR_STATES.test(state);
}

/**
 * Whether the driver cannot write the values, such as a time that is out of range. Other errors without a SQLSTATE are of the
 * connection: values must not be left out because of them.
 */
function cannotBeSent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RangeError || cause instanceof TypeError) return true;
  }
  return false;
}

/** The SQLSTATE of the error; null if it is not an error of PostgreSQL. */
export function sqlStateOf(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof pg.DatabaseError) return cause.code ?? null;
  }
  return null;
}

/** The name of the violated unique constraint; null for any other error. */
export function violatedConstraint(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === '23505' && 'constraint' in cause && typeof cause.constraint === 'string') {
      return cause.constraint;
    }
  }
  return null;
}

export function asSequencerError(error: unknown): SequencerError | null {
  if (error instanceof SequencerError) return error;
  return isDatabaseUnreachable(error) ? new SequencerError('DATABASE_AWAY') : null;
}
