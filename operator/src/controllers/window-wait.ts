/** Delays until a time in the window of a run. Pure. */
import type { RunSpec } from '@sequencer/model/kubernetes/sequencer-run';
import { windowOf } from '@sequencer/model/kubernetes/window';

/** A timer does not notice that the clock was set. */
const LONGEST_WAIT_MS = 60_000;

/** In ms, for a requeue. */
export function msUntil(time: Date, now: Date): number {
  return Math.min(Math.max(0, time.getTime() - now.getTime()) + 1, LONGEST_WAIT_MS);
}

/** In ms: when the window of the run opens or ends next. Undefined if it does not. */
export function msUntilWindowChanges(spec: RunSpec, now: Date): number | undefined {
  const { notBefore, notAfter } = windowOf(spec);
  const next = [notBefore, notAfter].find((time) => time && time >= now);
  return next ? msUntil(next, now) : undefined;
}
