import { storableData } from '@sequencer/model';
import { pino, type Logger } from 'pino';

export type { Logger };

/** Writes one JSON object a line to standard output. */
export function makeLog(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { log: storableData<Record<string, unknown>> },
  });
}
