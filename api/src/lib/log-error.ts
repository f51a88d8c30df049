/** Converts errors for the log: what failed and where, without the values in it. */
import { SequencerError, storableText } from '@sequencer/model';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';

const MAX_MESSAGE_LENGTH = 2000;
/** SQLSTATE classes whose messages contain no values: authentication, resources, state of the server. */
const VALUE_FREE_STATES = /^(28|3D|40|53|57|58)/;

interface LoggedError {
  type: string;
  message: string;
  code?: string | undefined;
  constraint?: string | undefined;
  table?: string | undefined;
  column?: string | undefined;
  statement?: string;
  stack?: string | undefined;
  cause?: LoggedError;
}

/**
 * A database statement is logged as its kind and table only. The error texts of the driver and the server contain the
 * values: scripts, output, password hashes. The SQLSTATE is enough.
 */
export function loggedError(error: unknown): LoggedError {
  if (error instanceof DrizzleQueryError) {
    return {
      type: 'QueryError',
      message: 'Database statement failed.',
      statement: kindOf(error.query),
      ...causeOf(error),
    };
  }
  if (error instanceof pg.DatabaseError) {
    const { code, constraint, table, column } = error;
    const message = VALUE_FREE_STATES.test(code ?? '') ? cut(error.message) : 'PostgreSQL rejected the statement.';
    return { type: 'DatabaseError', message, code, constraint, table, column };
  }
  if (!(error instanceof Error)) return { type: typeof error, message: cut(String(error)) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { type: error.name, message: cut(error.message), ...code, stack: framesOf(error), ...causeOf(error) };
}

/** The error as one line, for a program that cannot start. */
export function errorSentence(error: unknown): string {
  const { message, code, cause } = loggedError(error);
  const because = cause && errorSentence(error instanceof Error ? error.cause : null);
  // Some errors include the message of their cause.
  const remedy = error instanceof SequencerError ? error.remedy : null;
  return [message, code && `(${code})`, cause && message.includes(cause.message) ? null : because, remedy]
    .filter(Boolean)
    .join(' ');
}

function causeOf({ cause }: Error): { cause?: LoggedError } {
  return cause === undefined ? {} : { cause: loggedError(cause) };
}

/** The beginning of the statement, such as `insert into "runs"`. */
function kindOf(query: string): string {
  return /^\s*\w+(\s+(into|from))?(\s+"?\w+"?)?/i.exec(query)?.[0].trim() ?? '';
}

/** The stack without the message at its head. */
function framesOf({ stack }: Error): string | undefined {
  return stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

function cut(text: string): string {
  return storableText(text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH)} …` : text);
}
