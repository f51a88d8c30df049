/** The checks before a start: their order, their marks, and what they require. Pure. */
import { mdiAlertOctagonOutline, mdiAlertOutline, mdiCheckCircleOutline, mdiHelpCircleOutline } from '@mdi/js';
import type { PreflightCheck } from '@sequencer/model/preflight/checks';
import { plural } from '../lib/format.ts';

type Mark = PreflightCheck['mark'];

interface MarkDisplay {
  icon: string;
  /** A class with the colour. */
  tone: string;
  word: string;
}

/** The most important one first. */
export const MARKS: Record<Mark, MarkDisplay> = {
  BLOCKED: { icon: mdiAlertOctagonOutline, tone: 'toned tone-failed', word: 'Blocked' },
  WARNING: { icon: mdiAlertOutline, tone: 'toned tone-paused', word: 'Warning' },
  UNKNOWN: { icon: mdiHelpCircleOutline, tone: 'muted', word: 'Not checked' },
  OK: { icon: mdiCheckCircleOutline, tone: 'toned tone-succeeded', word: 'OK' },
};
const ORDER = Object.keys(MARKS) as Mark[];

/** A clock that differs by more is reported. */
const CLOCK_MS = 30_000;

/** Those that need a decision first. */
export function inOrder(checks: readonly PreflightCheck[]): PreflightCheck[] {
  return checks.toSorted((a, b) => ORDER.indexOf(a.mark) - ORDER.indexOf(b.mark));
}

/** `1 blocked`, `2 warnings`, `1 not checked` or `8 ok`: the most important mark, and how many checks have it. */
export function summaryOf(checks: readonly PreflightCheck[]): { mark: Mark; count: number; text: string } {
  const mark = ORDER.find((one) => checks.some((check) => check.mark === one)) ?? 'OK';
  const count = checks.filter((check) => check.mark === mark).length;
  const texts: Record<Mark, string> = {
    BLOCKED: `${String(count)} blocked`,
    WARNING: plural(count, 'warning'),
    UNKNOWN: `${String(count)} not checked`,
    OK: `${String(count)} ok`,
  };
  return { mark, count, text: texts[mark] };
}

/** @param offset what the clock of this browser lacks to that of the server, in ms */
export function browserClockCheck(offset: number): PreflightCheck {
  const name = 'Clock of this browser';
  const seconds = `${String(Math.round(Math.abs(offset) / 1000))} s`;
  if (Math.abs(offset) <= CLOCK_MS) return { name, mark: 'OK', text: `It agrees with the API within ${seconds}.` };
  const text = `It is ${seconds} ${offset > 0 ? 'behind' : 'ahead of'} the API. The pages show the time of the API.`;
  return { name, mark: 'WARNING', text };
}
