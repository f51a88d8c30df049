import type { RunView, StatementView } from '@sequencer/model/run-view';
import { NO_TIMES } from '@sequencer/model/statement-time';
import { describe, expect, it } from 'vitest';
import { firstEditableLine, lineThatHasRun } from './editable-lines.ts';

function view(...states: StatementView['state'][]): Pick<RunView, 'statements' | 'failure'> {
  const statements = states.map((state, index) => ({
    index,
    firstLine: 2 * index + 1,
    lastLine: 2 * index + 2,
    state,
    ...NO_TIMES,
    startedAt: state === 'PENDING' ? null : '2026-11-24T07:00:00.000Z',
    attempts: 1,
    version: 1,
  }));
  return { statements, failure: null };
}

describe('the first editable line', () => {
  it.each([
    ['without statements', view(), 1],
    ['before the first statement', view('PENDING', 'PENDING'), 1],
    ['after a running statement', view('DONE', 'RUNNING', 'PENDING'), 5],
    ['after skipped statements', view('SKIPPED', 'RUNNING', 'PENDING'), 5],
    ['after the last statement', view('DONE', 'DONE'), 5],
  ])('is found %s', (_case, run, line) => {
    expect(firstEditableLine(run)).toBe(line);
  });

  it('includes the statement that the script is stopped before', () => {
    const run = view('DONE', 'RUNNING', 'PENDING');
    const [done, next, last] = run.statements;
    if (!done || !next || !last) throw new Error('no statements');
    expect(firstEditableLine({ ...run, statements: [done, { ...next, startedAt: null }, last] })).toBe(3);
  });

  it('includes the failed statement while it is held', () => {
    const failure = {
      exception: 'E',
      message: '',
      traceback: '',
      line: 3,
      statement: 1,
      then: [],
      awaitingDecision: true,
    };
    expect(firstEditableLine({ ...view('DONE', 'FAILED', 'PENDING'), failure })).toBe(3);
    expect(
      firstEditableLine({ ...view('DONE', 'FAILED', 'PENDING'), failure: { ...failure, awaitingDecision: false } }),
    ).toBe(5);
  });
});

it('finds a changed line that has run meanwhile', () => {
  expect(lineThatHasRun('a\nb\nc\n', 'a\nB\nC\n', 2)).toBeNull();
  expect(lineThatHasRun('a\nb\nc\n', 'a\nB\nC\n', 3)).toBe(2);
});
