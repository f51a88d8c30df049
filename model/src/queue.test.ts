import { expect, test } from 'vitest';
import fc from 'fast-check';
import { MODES, RUN_STARTS, decideQueue, nextRun } from './queue.ts';

const now = new Date('2026-06-01T12:00:00Z');
const before = new Date(now.getTime() - 1000);
const after = new Date(now.getTime() + 1000);

const waiting = fc.array(fc.record({ id: fc.uuid(), start: fc.constantFrom(...RUN_STARTS) }));

test('nothing starts while a run is active', () => {
  fc.assert(
    fc.property(fc.constantFrom(...MODES), waiting, (mode, queue) => {
      expect(nextRun(mode, true, queue, now)).toBeNull();
    }),
  );
});

test('in mode OFF only runs with start RUNNING start, in order', () => {
  const queue = [
    { id: 'a', start: 'QUEUED' },
    { id: 'b', start: 'RUNNING' },
    { id: 'c', start: 'RUNNING' },
  ] as const;
  expect(nextRun('OFF', false, queue, now)?.id).toBe('b');
  expect(nextRun('OFF', false, [queue[0]], now)).toBeNull();
});

test('in mode QUEUE the first run starts, after those with start RUNNING', () => {
  expect(nextRun('QUEUE', false, [{ id: 'a', start: 'QUEUED' }], now)?.id).toBe('a');
  expect(
    nextRun(
      'QUEUE',
      false,
      [
        { id: 'a', start: 'QUEUED' },
        { id: 'b', start: 'RUNNING' },
      ],
      now,
    )?.id,
  ).toBe('b');
});

test('starts only runs of the queue', () => {
  fc.assert(
    fc.property(fc.constantFrom(...MODES), waiting, (mode, queue) => {
      const next = nextRun(mode, false, queue, now);
      if (next) expect(queue).toContain(next);
      else expect(mode === 'OFF' || queue.length === 0).toBe(true);
    }),
  );
});

test('skips a run on hold, and one whose window is not open yet', () => {
  const held = { id: 'a', start: 'RUNNING', onHold: true } as const;
  const early = { id: 'b', start: 'QUEUED', notBefore: after } as const;
  const next = { id: 'c', start: 'QUEUED', notBefore: now, notAfter: now } as const;
  expect(decideQueue('QUEUE', false, [held, early, next], now)).toEqual({ start: next, expired: [], nextAt: after });
  expect(decideQueue('QUEUE', false, [held, early], now)).toEqual({ start: null, expired: [], nextAt: after });
});

test('expires a run when its turn comes too late, and not before', () => {
  const late = { id: 'a', start: 'QUEUED', notAfter: before } as const;
  const next = { id: 'b', start: 'QUEUED' } as const;
  const behind = { id: 'c', start: 'QUEUED', notAfter: before } as const;
  expect(decideQueue('QUEUE', false, [late, next, behind], now)).toEqual({
    start: next,
    expired: [late],
    nextAt: null,
  });
  expect(decideQueue('QUEUE', true, [late], now).expired).toEqual([]);
  expect(decideQueue('OFF', false, [late], now).expired).toEqual([]);
});

test('skips a run while another sequencer uses one of its resources', () => {
  const first = { id: 'a', start: 'RUNNING', resources: ['crane', 'laser'] } as const;
  const next = { id: 'b', start: 'QUEUED', resources: ['crane'] } as const;
  const used = new Set(['laser']);
  expect(decideQueue('QUEUE', false, [first, next], now, used)).toEqual({ start: next, expired: [], nextAt: null });
  expect(decideQueue('QUEUE', false, [first], now, used).start).toBeNull();
  expect(decideQueue('QUEUE', false, [first], now, new Set(['dome'])).start).toBe(first);
});

test('expires a run also while its resource is used', () => {
  const late = { id: 'a', start: 'QUEUED', resources: ['laser'], notAfter: before } as const;
  expect(decideQueue('QUEUE', false, [late], now, new Set(['laser'])).expired).toEqual([late]);
});

test('never starts a run with a used resource', () => {
  const names = fc.subarray(['laser', 'crane', 'dome']);
  const sharing = fc.array(
    fc.record({ id: fc.uuid(), start: fc.constantFrom(...RUN_STARTS), resources: names, onHold: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...MODES), sharing, names, (mode, queue, taken) => {
      const used = new Set(taken);
      const next = nextRun(mode, false, queue, now, used);
      const isFree = (run: (typeof queue)[number]) => !run.onHold && run.resources.every((name) => !used.has(name));
      if (next) expect(isFree(next)).toBe(true);
      else expect(queue.filter((run) => isFree(run) && (mode !== 'OFF' || run.start === 'RUNNING'))).toEqual([]);
    }),
  );
});

test('takes the earliest opening of the skipped windows', () => {
  const later = { id: 'a', start: 'QUEUED', notBefore: new Date(after.getTime() + 1) } as const;
  const sooner = { id: 'b', start: 'QUEUED', notBefore: after } as const;
  expect(decideQueue('QUEUE', false, [later, sooner], now).nextAt).toEqual(after);
});
