/** A run as a row of the history and of a CSV file. */
import { causeText } from '../lib/cause-text.ts';
import type { HistoryQuery, NightsQuery } from '../gql/graphql.ts';
import { duration, plural } from '../lib/format.ts';
import { OUTCOMES, displayOfPhase, isOpen } from '../lib/phases.ts';

export type HistoryRun = HistoryQuery['runs']['edges'][number]['node'];

/** How a run ended, in one line. */
export function howItEnded(run: HistoryRun): string {
  const { failure, phase, reason, statementCount, statementsDone } = run;
  if (failure && phase === 'FAILED') return causeText(failure.type, failure.message);
  if (phase === 'SUCCEEDED' && statementsDone === statementCount) return 'all statements done';
  if (reason) return reason;
  return isOpen(phase) ? 'not ended yet' : '';
}

export function tookMs(run: HistoryRun, now: number): number | null {
  if (!run.startedAt) return null;
  return (run.finishedAt ? Date.parse(run.finishedAt) : now) - Date.parse(run.startedAt);
}

/** `3 runs in 2 h 10 m: 2 succeeded, 1 failed`; empty while the totals are not known */
export function totalsText(night: NightsQuery['nights'][number] | undefined): string {
  if (!night) return '';
  const runs = night.outcomes.reduce((sum, outcome) => sum + outcome.runs, 0);
  const seconds = night.outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0);
  const counts = night.outcomes
    .toSorted((a, b) => OUTCOMES.indexOf(a.phase) - OUTCOMES.indexOf(b.phase))
    .map((outcome) => `${String(outcome.runs)} ${displayOfPhase(outcome.phase).word.toLowerCase()}`);
  return `${plural(runs, 'run')} in ${duration(seconds * 1000)}: ${counts.join(', ')}`;
}

/** One value. A text that a spreadsheet would evaluate as a formula is quoted. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const COLUMNS: [string, (run: HistoryRun) => string | number | null][] = [
  ['telescope', (run) => run.sequencer.name],
  ['run', (run) => run.number],
  ['outcome', (run) => displayOfPhase(run.phase).word],
  ['title', (run) => run.title ?? null],
  ['submitted', (run) => run.submittedAt],
  ['started', (run) => run.startedAt ?? null],
  ['ended', (run) => run.finishedAt ?? null],
  ['seconds', (run) => (run.finishedAt ? (tookMs(run, 0) ?? 0) / 1000 : null)],
  ['statements done', (run) => run.statementsDone],
  ['statements', (run) => run.statementCount],
  ['submitted by', (run) => run.submittedBy],
  ['exit status', (run) => run.exitCode ?? null],
  ['how it ended', howItEnded],
  ['id', (run) => run.id],
];

export const CSV_HEAD = `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

export function csvLine(run: HistoryRun): string {
  return `${COLUMNS.map(([, read]) => cell(read(run))).join(',')}\r\n`;
}
