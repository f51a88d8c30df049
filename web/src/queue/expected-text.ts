/** Expected times as text. Estimates have a `~`. Pure. */
import { timeText } from '@sequencer/model/wait-reasons';
import { duration } from '../lib/format.ts';
import type { ExpectedTimes } from './plan-times.ts';

const MINUTE_MS = 60_000;

/** `~22:10 UTC, ~42 m` or `~22:10 UTC, time unknown`; empty if the start is unknown. */
export function expectedText(times: ExpectedTimes | undefined, now: number): string {
  if (!times?.start) return '';
  const start = `~${timeText(new Date(times.start), new Date(now))}`;
  if (!times.end) return `${start}, time unknown`;
  return `${start}, ${lengthText(Date.parse(times.end) - Date.parse(times.start))}`;
}

/** `ends ~22:52 UTC`; empty if that is unknown. */
export function endText(times: ExpectedTimes | undefined, now: number): string {
  return times?.end ? `ends ~${timeText(new Date(times.end), new Date(now))}` : '';
}

/** In whole minutes: an estimate is not exact to the second. */
function lengthText(ms: number): string {
  return ms < MINUTE_MS ? '~1 m' : `~${duration(Math.round(ms / MINUTE_MS) * MINUTE_MS).replace(' 00 s', '')}`;
}
