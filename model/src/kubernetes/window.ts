/** The window of a run's start, from its object. Pure. */
import type { RunSpec } from './sequencer-run.ts';

export interface Window {
  notBefore: Date | null;
  notAfter: Date | null;
}

export function windowOf({ window }: Pick<RunSpec, 'window'>): Window {
  return { notBefore: dateOf(window?.notBefore), notAfter: dateOf(window?.notAfter) };
}

/** RFC 3339 also allows lower case letters. */
function dateOf(time: string | undefined): Date | null {
  return time === undefined ? null : new Date(time.toUpperCase());
}
