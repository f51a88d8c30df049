import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MODES } from './queue.ts';
import {
  MOST_FAILED_PULLS,
  decidePull,
  failedPulls,
  failedPullsCause,
  type PullAttempt,
  type PullOutcome,
  type SchedulerSituation,
} from './scheduler.ts';

const now = new Date('2026-06-01T22:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const attempt = (outcome: PullOutcome, endedAgo: number, tookSeconds = 0): PullAttempt => ({
  at: ago(endedAgo + tookSeconds),
  endedAt: ago(endedAgo),
  outcome,
});
const free: SchedulerSituation = {
  mode: 'SCHEDULER',
  active: false,
  connected: true,
  waiting: [],
  pulling: false,
  attempts: [],
};

const onHold = { id: 'a', start: 'QUEUED', onHold: true } as const;

test('pulls for a free telescope with an empty queue', () => {
  expect(decidePull(free, now)).toEqual({ action: 'PULL', endBy: null });
});

test.each([
  { active: true },
  { connected: false },
  { pulling: true },
  { waiting: [{ id: 'a', start: 'QUEUED' as const }] },
  { waiting: [onHold, { ...onHold, onHold: false }] },
])('waits with %j', (more) => {
  expect(decidePull({ ...free, ...more }, now)).toEqual({ action: 'WAIT', until: null });
});

test('does not wait for runs on hold', () => {
  expect(decidePull({ ...free, waiting: [onHold] }, now)).toEqual({ action: 'PULL', endBy: null });
});

test('pulls until the window of a queued run opens, if that is not soon', () => {
  const opensIn = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const waiting = [60, 30].map((minutes) => ({ id: 'a', start: 'QUEUED' as const, notBefore: opensIn(minutes) }));
  expect(decidePull({ ...free, waiting }, now)).toEqual({ action: 'PULL', endBy: opensIn(30) });
  const soon = [{ id: 'a', start: 'QUEUED' as const, notBefore: opensIn(4) }];
  expect(decidePull({ ...free, waiting: soon }, now)).toEqual({ action: 'WAIT', until: opensIn(4) });
  const open = [{ id: 'a', start: 'QUEUED' as const, notBefore: opensIn(-1) }];
  expect(decidePull({ ...free, waiting: open }, now)).toEqual({ action: 'WAIT', until: null });
});

test('waits 10 s after a failure, then twice as long', () => {
  const first = [attempt('FAILED', 9)];
  expect(decidePull({ ...free, attempts: first }, now)).toEqual({
    action: 'WAIT',
    until: new Date(now.getTime() + 1000),
  });
  expect(decidePull({ ...free, attempts: [attempt('FAILED', 10)] }, now)).toEqual({ action: 'PULL', endBy: null });
  const second = [attempt('FAILED', 19), attempt('FAILED', 40)];
  expect(decidePull({ ...free, attempts: second }, now)).toEqual({
    action: 'WAIT',
    until: new Date(now.getTime() + 1000),
  });
});

test('starts at most one pull in 10 s, counted from the start of the last one', () => {
  expect(decidePull({ ...free, attempts: [attempt('SUCCEEDED', 2, 4)] }, now)).toEqual({
    action: 'WAIT',
    until: new Date(now.getTime() + 4000),
  });
  expect(decidePull({ ...free, attempts: [attempt('SUCCEEDED', 0, 60)] }, now)).toEqual({
    action: 'PULL',
    endBy: null,
  });
});

test('does not wait for a time that the clock was set back from', () => {
  const attempts = [attempt('FAILED', -86_400)];
  expect(decidePull({ ...free, attempts }, now)).toEqual({ action: 'PULL', endBy: null });
});

test('turns off after three failures in a row, and for no other reason', () => {
  const outcomes = fc.array(fc.constantFrom<PullOutcome>('SUCCEEDED', 'FAILED', 'NONE'), { maxLength: 8 });
  fc.assert(
    fc.property(fc.constantFrom(...MODES), outcomes, fc.boolean(), fc.boolean(), (mode, all, active, connected) => {
      const attempts = all.map((outcome, index) => attempt(outcome, index * 1000));
      const counted = all.filter((outcome) => outcome !== 'NONE').slice(0, MOST_FAILED_PULLS);
      const isOver = counted.length === MOST_FAILED_PULLS && counted.every((outcome) => outcome === 'FAILED');
      const { action } = decidePull({ ...free, mode, active, connected, attempts }, now);
      expect(action === 'TURN_OFF').toBe(mode === 'SCHEDULER' && isOver);
      if (mode !== 'SCHEDULER') expect(action).toBe('WAIT');
    }),
  );
});

test('counts failures up to the last success, without those that were cancelled', () => {
  expect(failedPulls([])).toBe(0);
  const outcomes = (['FAILED', 'NONE', 'FAILED', 'SUCCEEDED', 'FAILED'] as const).map((one) => attempt(one, 0));
  expect(failedPulls(outcomes)).toBe(2);
});

test('states the last failure', () => {
  expect(failedPullsCause(3, 'The scheduler answered 504 with nothing.')).toBe(
    '3 pulls from the scheduler failed in a row. The last one: The scheduler answered 504 with nothing',
  );
  expect(failedPullsCause(3, null)).toBe('3 pulls from the scheduler failed in a row');
});
