/** Durations in the form of kubectl: 45s, 12m41s, 2h05m. */

/** The time between two times of a status, in ISO 8601. Empty if one is missing. */
export function durationBetween(startedAt: string | undefined, finishedAt: string | undefined): string {
  if (startedAt === undefined || finishedAt === undefined) return '';
  const seconds = Math.max(0, Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${String(seconds)}s`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))}m${two(seconds % 60)}s`;
  return `${String(Math.floor(seconds / 3600))}h${two(Math.floor((seconds % 3600) / 60))}m`;
}
