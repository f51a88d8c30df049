import { expect, it } from 'vitest';
import { CSV_HEAD, csvLine, howItEnded, totalsText, type HistoryRun } from './history-row.ts';

const run: HistoryRun = {
  id: 'an-id',
  number: 12,
  title: '=SUM(A1), "x"',
  phase: 'FAILED',
  reason: 'Then: RuntimeError',
  submittedBy: 'm.olsen',
  submittedAt: '2026-11-21T20:00:00.000Z',
  startedAt: '2026-11-21T20:00:01.000Z',
  finishedAt: '2026-11-21T20:00:02.500Z',
  exitCode: 1,
  statementCount: 3,
  statementsDone: 1,
  live: false,
  seenAt: null,
  failure: { type: 'ValueError', message: 'y', line: 2, awaitingDecision: false },
  sequencer: { name: 'satp1' },
};

it('shows the first cause of a failure, or else the reason of the end', () => {
  expect(howItEnded(run)).toBe('ValueError: y');
  expect(howItEnded({ ...run, phase: 'SUCCEEDED', failure: null, statementsDone: 3 })).toBe('all statements done');
  expect(howItEnded({ ...run, phase: 'KILLED', failure: null })).toBe('Then: RuntimeError');
});

it('quotes CSV values, and keeps a title from being a formula', () => {
  expect(csvLine(run)).toBe(
    'satp1,12,Failed,"\'=SUM(A1), ""x""",2026-11-21T20:00:00.000Z,2026-11-21T20:00:01.000Z,' +
      '2026-11-21T20:00:02.500Z,1.5,1,3,m.olsen,1,ValueError: y,an-id\r\n',
  );
  expect(CSV_HEAD.split(',').length).toBe(14);
});

it('totals a night in words, successes first', () => {
  const outcomes = [
    { phase: 'FAILED' as const, runs: 1, seconds: 600 },
    { phase: 'SUCCEEDED' as const, runs: 2, seconds: 7200 },
  ];
  expect(totalsText({ date: '2026-11-21', outcomes })).toBe('3 runs in 2 h 10 m: 2 succeeded, 1 failed');
  expect(totalsText(undefined)).toBe('');
});
