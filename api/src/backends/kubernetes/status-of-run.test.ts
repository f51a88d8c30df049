import { applyEvent, emptyView, type RunEvent } from '@sequencer/model';
import { describe, expect, it } from 'vitest';
import { statusOf, withdrawsOutcome } from './status-of-run.ts';

const at = '2026-11-24T04:00:00.000Z';
const events: RunEvent[] = [
  {
    seq: 1,
    at,
    type: 'started',
    statements: [
      { index: 0, firstLine: 1, lastLine: 1 },
      { index: 1, firstLine: 3, lastLine: 9 },
    ],
    pid: 1,
    hostname: 'h',
    python: '3.13.0',
    packages: {},
  },
  { seq: 2, at, type: 'statement', index: 1, state: 'RUNNING', attempt: 1 },
  { seq: 3, at, type: 'ended', outcome: 'FAILED', exitCode: 3, reason: 'KeyError: 1' },
];

function viewAfter(count: number) {
  const view = emptyView();
  for (const event of events.slice(0, count)) applyEvent(view, event);
  return view;
}

it('counts statements from 1', () => {
  expect(statusOf(viewAfter(2), 2, true)).toEqual({
    runner: { connected: true, paused: false, pausePending: false, lastSeq: 2 },
    position: { line: 3, statement: 2, of: 2, progress: '2/2' },
  });
});

describe('the line of an ended run', () => {
  const lineAfter = (...more: RunEvent[]) => {
    const view = viewAfter(2);
    const main: RunEvent = { seq: 3, at, type: 'traceStarted', trace: 1, kind: 'THREAD', name: 'MainThread' };
    for (const event of [main, ...more]) applyEvent(view, event);
    return statusOf(view, view.lastSeq, true).position?.line;
  };
  const line = (seq: number, line: number): RunEvent => ({
    seq,
    at,
    type: 'line',
    trace: 1,
    file: '<script>',
    line,
    function: '<module>',
  });
  const end = (seq: number, outcome: 'SUCCEEDED' | 'INTERRUPTED' | 'FAILED'): RunEvent => ({
    seq,
    at,
    type: 'ended',
    outcome,
    exitCode: 0,
    reason: '',
  });

  it('is the last line of its last statement after a success', () => {
    expect(lineAfter(line(4, 1))).toBe(1);
    expect(lineAfter(line(4, 1), end(5, 'SUCCEEDED'))).toBe(9);
  });

  it('is the line of the failure, or the last line that was reported of the last statement', () => {
    expect(lineAfter(line(4, 7), end(5, 'INTERRUPTED'))).toBe(7);
    expect(lineAfter(line(4, 1), end(5, 'INTERRUPTED'))).toBe(3);
    const failure: RunEvent = {
      seq: 5,
      at,
      type: 'failure',
      exception: 'KeyError',
      message: '1',
      traceback: '',
      line: 8,
      then: [],
      awaitingDecision: false,
    };
    expect(lineAfter(line(4, 5), failure, end(6, 'FAILED'))).toBe(8);
    // The clean-up code of a script that was interrupted at line 8.
    expect(lineAfter(line(4, 9), failure, end(6, 'INTERRUPTED'))).toBe(9);
  });
});

it('has no position before the first statement', () => {
  expect(statusOf(emptyView(), 0, false)).toEqual({
    runner: { connected: false, paused: false, pausePending: false, lastSeq: 0 },
  });
});

it('has the outcome once it is stored', () => {
  expect(statusOf(viewAfter(3), 2, true).runner).not.toHaveProperty('outcome');
  expect(statusOf(viewAfter(3), 3, true).runner).toMatchObject({
    connected: false,
    outcome: 'Failed',
    exitCode: 3,
    reason: 'KeyError: 1',
  });
});

it('counts as connected while a received outcome is not stored, so that the operator waits for it', () => {
  expect(statusOf(viewAfter(3), 2, false).runner).toMatchObject({ connected: true });
  expect(statusOf(viewAfter(3), 3, false).runner).toMatchObject({ connected: false, outcome: 'Failed' });
});

it('detects a status that would withdraw the outcome of another replica', () => {
  const [end, before] = [statusOf(viewAfter(3), 3, false), statusOf(viewAfter(2), 2, false)];
  expect(withdrawsOutcome(before, end)).toBe(true);
  expect(withdrawsOutcome(end, end)).toBe(false);
  expect(withdrawsOutcome(end, before)).toBe(false);
  expect(withdrawsOutcome(before, before)).toBe(false);
  expect(withdrawsOutcome(before, undefined)).toBe(false);
});
