import { expect, test } from 'vitest';
import { followText, runAfter } from './what-follows.ts';

const NOW = Date.parse('2026-06-01T21:40:00Z');
const queued = (id: string, start: 'QUEUED' | 'RUNNING' = 'QUEUED') => ({ id, start });

test('in the mode Queue, the first queued run follows if the active run succeeds', () => {
  const sequencer = { mode: 'QUEUE' as const, queue: [queued('a'), queued('b'), queued('c')] };
  expect(runAfter(sequencer, NOW)?.id).toBe('a');
  expect(followText(sequencer, NOW)).toBe('if this run succeeds; 2 more wait');
  expect(followText({ mode: 'QUEUE', queue: [queued('a')] }, NOW)).toBe('if this run succeeds');
  expect(followText({ mode: 'QUEUE', queue: [] }, NOW)).toBe('The queue is empty.');
  expect(followText({ mode: 'SCHEDULER', queue: [] }, NOW)).toBe('Another schedule is pulled if this run succeeds.');
});

test('in the mode Off, no queued run follows', () => {
  const sequencer = { mode: 'OFF' as const, queue: [queued('a'), queued('b')] };
  expect(runAfter(sequencer, NOW)).toBeNull();
  expect(followText(sequencer, NOW)).toBe('No queued run starts; 2 wait.');
  expect(followText({ mode: 'OFF', queue: [queued('a')] }, NOW)).toBe('No queued run starts; 1 waits.');
  expect(followText({ mode: 'OFF', queue: [] }, NOW)).toBe('No run starts automatically.');
});

test('a run that was started while another one was active follows in any mode', () => {
  const queue = [queued('a'), queued('b', 'RUNNING')];
  expect(runAfter({ mode: 'OFF', queue }, NOW)?.id).toBe('b');
  expect(followText({ mode: 'OFF', queue }, NOW)).toBe('if this run succeeds, also with the mode Off; 1 more waits');
  expect(runAfter({ mode: 'QUEUE', queue }, NOW)?.id).toBe('b');
});

test('runs on hold and runs before their window are skipped', () => {
  const onHold = { since: '2026-06-01T21:30:00Z', by: 'ann', reason: null };
  const later = { ...queued('b'), window: { notBefore: '2026-06-01T22:00:00Z', notAfter: null } };
  const queue = [{ ...queued('a'), onHold }, later, queued('c')];
  expect(runAfter({ mode: 'QUEUE', queue }, NOW)?.id).toBe('c');
  expect(runAfter({ mode: 'QUEUE', queue }, Date.parse('2026-06-01T22:00:00Z'))?.id).toBe('b');
  expect(followText({ mode: 'QUEUE', queue: queue.slice(0, 2) }, NOW)).toBe(
    'No queued run starts before 22:00 UTC; 2 wait, 1 on hold.',
  );
  expect(followText({ mode: 'QUEUE', queue: queue.slice(0, 1) }, NOW)).toBe(
    'No queued run starts; 1 waits, 1 on hold.',
  );
});

test('a run whose resource another telescope uses does not follow', () => {
  const queue = [{ ...queued('a'), resources: ['laser'] }, queued('b')];
  expect(runAfter({ mode: 'QUEUE', queue }, NOW, new Set(['laser']))?.id).toBe('b');
  expect(runAfter({ mode: 'QUEUE', queue }, NOW, new Set(['crane']))?.id).toBe('a');
  expect(followText({ mode: 'QUEUE', queue: queue.slice(0, 1) }, NOW, new Set(['laser']))).toBe(
    'No queued run starts; 1 waits.',
  );
});

test('a run after its window does not follow', () => {
  const late = { ...queued('a'), window: { notBefore: null, notAfter: '2026-06-01T21:30:00Z' } };
  expect(runAfter({ mode: 'QUEUE', queue: [late, queued('b')] }, NOW)?.id).toBe('b');
});
