/** When the statements of a script are expected to end. Unknown is null, never 0. Pure. */
import type { Typical } from './durations.ts';
import type { AbsoluteWait } from './statement-keys.ts';

export interface EstimatedPart {
  wait: AbsoluteWait | null;
  /** From the record; null without one. Not used for a wait. */
  typical: Typical | null;
  /** How long it has run already, in ms. 0 unless set. */
  elapsedMs?: number;
}

export interface PartEstimate {
  typicalSeconds: number | null;
  lowSeconds: number | null;
  highSeconds: number | null;
  basis: number;
  /** In ms since 1970; null if it depends on a statement whose time is unknown. */
  endsAt: number | null;
}

export interface ScriptEstimate {
  parts: PartEstimate[];
  /** Null if `unknown` is not 0. */
  endsAt: number | null;
  /** Statements whose time is unknown, after the last absolute time that is reached by waiting. */
  unknown: number;
}

/** @param start when the first part starts or, if it has run already, now: in ms since 1970 */
export function estimateScript(parts: readonly EstimatedPart[], start: number): ScriptEstimate {
  // Without the unknown times, so that no statement starts earlier than this.
  let clock = start;
  let unknown = 0;
  const estimates = parts.map(({ wait, typical, elapsedMs = 0 }): PartEstimate => {
    if (wait) {
      const isLate = clock > wait.until - (elapsedMs > 0 ? 0 : wait.leastMs);
      const seconds = isLate ? 0 : unknown > 0 ? null : (wait.until - clock) / 1000;
      if (!isLate) {
        clock = wait.until;
        unknown = 0;
      }
      const endsAt = unknown > 0 ? null : clock;
      return { typicalSeconds: seconds, lowSeconds: seconds, highSeconds: seconds, basis: 0, endsAt };
    }
    if (typical) clock += Math.max(0, typical.typicalSeconds * 1000 - elapsedMs);
    else unknown += 1;
    return { ...(typical ?? UNKNOWN), endsAt: unknown > 0 ? null : clock };
  });
  return { parts: estimates, endsAt: unknown > 0 ? null : clock, unknown };
}

const UNKNOWN = { typicalSeconds: null, lowSeconds: null, highSeconds: null, basis: 0 };
