import { expect, test } from 'vitest';
import fc from 'fast-check';
import { MODES, RUN_STARTS, nextRun } from './queue.ts';

const waiting = fc.array(fc.record({ id: fc.uuid(), start: fc.constantFrom(...RUN_STARTS) }));

test('nothing starts while a run is active', () => {
  fc.assert(
    fc.property(fc.constantFrom(...MODES), waiting, (mode, queue) => {
      expect(nextRun(mode, true, queue)).toBeNull();
    }),
  );
});

test('in mode OFF only runs with start RUNNING start, in order', () => {
  const queue = [
    { id: 'a', start: 'QUEUED' },
    { id: 'b', start: 'RUNNING' },
    { id: 'c', start: 'RUNNING' },
  ] as const;
  expect(nextRun('OFF', false, queue)?.id).toBe('b');
  expect(nextRun('OFF', false, [queue[0]])).toBeNull();
});

test('in mode QUEUE the first run starts, after those with start RUNNING', () => {
  expect(nextRun('QUEUE', false, [{ id: 'a', start: 'QUEUED' }])?.id).toBe('a');
  expect(
    nextRun('QUEUE', false, [
      { id: 'a', start: 'QUEUED' },
      { id: 'b', start: 'RUNNING' },
    ])?.id,
  ).toBe('b');
});

test('starts only runs of the queue', () => {
  fc.assert(
    fc.property(fc.constantFrom(...MODES), waiting, (mode, queue) => {
      const next = nextRun(mode, false, queue);
      if (next) expect(queue).toContain(next);
      else expect(mode === 'OFF' || queue.length === 0).toBe(true);
    }),
  );
});
