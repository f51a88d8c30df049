import { pino, type Logger } from 'pino';

export type { Logger };

/** Lines of JSON on standard output. Tokens and passwords are cut out wherever they may stand. */
export function makeLog(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['token', '*.token', 'authorization', '*.authorization', 'databaseUrl', 'password'],
      censor: '***',
    },
  });
}
