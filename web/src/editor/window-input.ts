/** The window of a new run, as typed in fields of the browser for a date and a time. Pure. */

export interface WindowFields {
  /** `2026-06-01T22:00`, in UTC; empty for no limit. */
  notBefore: string;
  notAfter: string;
}

/** @returns what the API takes; null for any time */
export function windowInput({ notBefore, notAfter }: WindowFields): WindowInput | null {
  return notBefore || notAfter ? { notBefore: isoTime(notBefore), notAfter: isoTime(notAfter) } : null;
}

/** Why the window is not valid; null if it is. */
export function windowError({ notBefore, notAfter }: WindowFields, now: number): string | null {
  const end = isoTime(notAfter);
  if (end === null) return null;
  if (Date.parse(end) <= now) return '“Not after” is in the past. Enter a later time.';
  const start = isoTime(notBefore);
  return start !== null && start >= end ? '“Not after” must be later than “Not before”.' : null;
}

interface WindowInput {
  notBefore: string | null;
  notAfter: string | null;
}

function isoTime(field: string): string | null {
  return field ? new Date(`${field}Z`).toISOString() : null;
}
