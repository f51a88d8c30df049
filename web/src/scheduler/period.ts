/** The period of a schedule, as typed in fields of the browser for a date and a time, in UTC. Pure. */

export interface Period {
  /** `2026-06-01T22:00` */
  from: string;
  to: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A night in the Atacama. */
const NIGHT = { begins: 22, ends: 10 };

export function fieldOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16);
}

/** In ms since 1970; NaN for an empty or incomplete field. */
export function msOf(field: string): number {
  return Date.parse(`${field}Z`);
}

/** From the next full minute, for as long as the automatic mode pulls. */
export function periodFrom(start: number, lengthMinutes: number): Period {
  const from = Math.ceil(start / MINUTE_MS) * MINUTE_MS;
  return { from: fieldOf(from), to: fieldOf(from + lengthMinutes * MINUTE_MS) };
}

/** The night that has begun, or else the next one. */
export function tonight(now: number): Period {
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  const hour = (now - midnight) / (60 * MINUTE_MS);
  const begin = midnight + NIGHT.begins * 60 * MINUTE_MS - (hour < NIGHT.ends ? DAY_MS : 0);
  const end = begin + (24 - NIGHT.begins + NIGHT.ends) * 60 * MINUTE_MS;
  return { from: fieldOf(Math.max(begin, Math.ceil(now / MINUTE_MS) * MINUTE_MS)), to: fieldOf(end) };
}

/** Why the period is not valid; null if it is. */
export function periodError({ from, to }: Period): string | null {
  const [begin, end] = [msOf(from), msOf(to)];
  if (Number.isNaN(begin) || Number.isNaN(end)) return 'Enter a date and a time in both fields.';
  return end <= begin ? '“To” must be later than “From”.' : null;
}
