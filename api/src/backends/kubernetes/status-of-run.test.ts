import { applyEvent, emptyView, type RunEvent } from '@sequencer/model';
import { expect, it } from 'vitest';
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
