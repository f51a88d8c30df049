/** Formats times and durations for people. Times are UTC, and labelled so where they appear alone. */

const pad = (value: number, width = 2) => String(value).padStart(width, '0');

/** `07:04:31` */
export function clock(time: string | number): string {
  const date = new Date(time);
  return `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
}

/** `2026-11-24` */
export function day(time: string | number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** `07:04:31 UTC`, with the date when it is not that of `now`. */
export function moment(time: string | number, now: number): string {
  const text = `${clock(time)} UTC`;
  return day(time) === day(now) ? text : `${day(time)} ${text}`;
}

/** `39 ms`, `39.4 s`, `12 m 41 s`, `7 h 34 m`, `3 d 4 h` */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '0 s';
  if (ms < 1000) return `${String(Math.round(ms))} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s < 59.95 ? s.toFixed(1) : '60.0'} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${String(minutes)} m ${pad(Math.floor(s % 60))} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${String(hours)} h ${pad(minutes % 60)} m`;
  return `${String(Math.floor(hours / 24))} d ${String(hours % 24)} h`;
}

/** A duration that ticks: whole seconds below a minute. */
export function ticking(ms: number): string {
  return ms < 60_000 ? `${String(Math.max(0, Math.floor(ms / 1000)))} s` : duration(ms);
}

/** Created once: creating it takes as long as formatting a thousand times. */
const LOCAL = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  timeZoneName: 'short',
});

/** For the title attribute: local time and how long ago. */
export function inFull(time: string | number, now: number): string {
  return `${day(time)} ${clock(time)} UTC\n${LOCAL.format(new Date(time))}\n${duration(now - new Date(time).getTime())} ago`;
}

/** `MO` of `m.olsen`, `RO` of `root` */
export function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.length > 1 ? words.map((word) => word.charAt(0)).join('') : name;
  return letters.slice(0, 2).toUpperCase();
}

export function plural(count: number, word: string): string {
  return `${String(count)} ${word}${count === 1 ? '' : 's'}`;
}
