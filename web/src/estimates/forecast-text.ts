/** How an active run keeps to its plan, as text. Estimates have a `~`. Pure. */
import { ON_PLAN_MS } from '@sequencer/model/estimates/run-forecast';
import { timeText } from '@sequencer/model/wait-reasons';
import { duration } from '../lib/format.ts';

export interface Forecast {
  behindSeconds?: number | null | undefined;
  regainedAt?: string | null | undefined;
}

/** A statement that takes more than this many times its usual time is long, unless it takes less than `LEAST_LONG_MS`. */
const LONG = 3;
const LEAST_LONG_MS = 10_000;

export interface PlanText {
  text: string;
  isBehind: boolean;
}

/** `on plan`, `3:10 ahead`, or `2:14 behind, regained by 07:46 UTC`; null if it is unknown. */
export function planText({ behindSeconds, regainedAt }: Forecast, now: number): PlanText | null {
  if (behindSeconds == null) return null;
  const ms = behindSeconds * 1000;
  if (Math.abs(ms) < ON_PLAN_MS) return { text: 'on plan', isBehind: false };
  const amount = minutesText(Math.abs(ms));
  if (ms < 0) return { text: `${amount} ahead`, isBehind: false };
  if (!regainedAt) return { text: `${amount} behind`, isBehind: true };
  const text = `${amount} behind, regained by ${timeText(new Date(regainedAt), new Date(now))}`;
  return { text, isBehind: true };
}

/** `2:14`, or `1 h 05 m`. */
function minutesText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds >= 3600) return duration(ms);
  return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Whether a statement takes far longer than usual. */
export function isLong(ms: number, usualSeconds: number | null | undefined): boolean {
  return usualSeconds != null && ms > Math.max(LEAST_LONG_MS, LONG * usualSeconds * 1000);
}
