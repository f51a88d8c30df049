import { storableData } from '@sequencer/model';
import { pino, type DestinationStream, type Logger } from 'pino';
import { loggedError } from './log-error.ts';
import { LogDestination } from './log-destination.ts';

export type { Logger };

/** Never in a log: what proves who somebody is, and what scripts are and say. */
const SECRETS = ['token', 'password', 'secret', 'authorization', 'cookie', 'databaseUrl', 'script', 'text'];

/** Lines of JSON on standard output. Secrets are cut out wherever they may stand. */
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
