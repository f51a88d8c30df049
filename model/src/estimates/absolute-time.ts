/** Literal times of scripts, as `datetime.fromisoformat` and sorunlib read them. Pure. */

const ISO_TIME = /^(\d{4}-\d\d-\d\d)(?:.(\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,6}))?)?(?:Z|[+-]00:00)?)?$/s;

/** In ms since 1970; null if it is no time, or not in UTC, which sorunlib refuses. A time without an offset is in UTC. */
export function absoluteTime(text: string): number | null {
  const match = ISO_TIME.exec(text);
  if (!match) return null;
  const [, date = '', minutes = '00:00', seconds = '00', fraction = '0'] = match;
  const time = Date.parse(`${date}T${minutes}:${seconds}Z`);
  // JavaScript accepts 31 June, which Python does not.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(date)) return null;
  return time + Math.floor(Number(fraction.slice(0, 3).padEnd(3, '0')));
}
