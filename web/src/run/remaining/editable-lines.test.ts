import type { RunView, StatementView } from '@sequencer/model/run-view';
import { describe, expect, it } from 'vitest';
import { firstEditableLine, lineThatHasRun } from './editable-lines.ts';

function view(...states: StatementView['state'][]): Pick<RunView, 'statements' | 'failure'> {
  const statements = states.map((state, index) => ({
    index,
    firstLine: 2 * index + 1,
    lastLine: 2 * index + 2,
    state,
    startedAt: null,
    finishedAt: null,
    attempts: 1,
    version: 1,
  }));
  return { statements, failure: null };
}

describe('what can be changed', () => {
  it.each([
    [view(), 1],
    [view('PENDING', 'PENDING'), 1],
    [view('DONE', 'RUNNING', 'PENDING'), 5],
    [view('SKIPPED', 'RUNNING', 'PENDING'), 5],
    [view('DONE', 'DONE'), 5],
  ])('%#', (run, line) => {
    expect(firstEditableLine(run)).toBe(line);
  });

  it('is also the statement that failed, while it is held', () => {
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

it('finds the line that has run meanwhile', () => {
  expect(lineThatHasRun('a\nb\nc\n', 'a\nB\nC\n', 2)).toBeNull();
  expect(lineThatHasRun('a\nb\nc\n', 'a\nB\nC\n', 3)).toBe(2);
});
