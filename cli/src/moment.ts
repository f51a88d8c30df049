/** Times as people type them: `22:10` in UTC, the next one; or a date and time of ISO 8601. */
import { CommandError, EXIT } from './errors.ts';

const DAY_MS = 86_400_000;
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$/;
const DATE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/** @returns ISO 8601 in UTC. A time without a zone is in UTC. */
export function readMoment(text: string, now = new Date()): string {
  const clock = CLOCK.exec(text);
  if (clock) {
    const today = new Date(now);
    today.setUTCHours(Number(clock[1]), Number(clock[2]), 0, 0);
    return new Date(today.getTime() + (today <= now ? DAY_MS : 0)).toISOString();
  }
  const date = DATE.exec(text);
  const moment = new Date(date ? `${text.replace(' ', 'T')}${date[3] === undefined ? 'Z' : ''}` : NaN);
  if (Number.isNaN(moment.getTime())) {
    const remedy = 'Write 22:10 for the next 22:10 UTC, or 2026-06-01T22:10Z.';
    throw new CommandError(`"${text}" is not a time.`, EXIT.input, 'BAD_INPUT', remedy);
  }
  return moment.toISOString();
}
