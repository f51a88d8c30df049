import { storableData } from '@sequencer/model';
import { pino, type DestinationStream, type Logger } from 'pino';
import { loggedError } from './log-error.ts';
import { LogDestination } from './log-destination.ts';

export type { Logger };

/** Fields that are never logged: credentials, scripts and their output. */
const SECRETS = ['token', 'password', 'secret', 'authorization', 'cookie', 'databaseUrl', 'script', 'text'];

/** Logs JSON lines to standard output. Secret fields are redacted, up to two levels deep. */
export function makeLog(level: string, to: DestinationStream = new LogDestination(1)): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: loggedError },
    formatters: { log: storableData<Record<string, unknown>> },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
  };
  return pino(options, to);
}

/** A handler of errors that logs them as warnings. */
export function warn(log: Logger, message: string, fields: object = {}): (error: unknown) => void {
  return (error) => {
    log.warn({ ...fields, err: error }, message);
  };
}
