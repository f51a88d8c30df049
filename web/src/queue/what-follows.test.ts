import { expect, test } from 'vitest';
import { followText, runAfter } from './what-follows.ts';

const queued = (id: string, start: 'QUEUED' | 'RUNNING' = 'QUEUED') => ({ id, start });

test('in the mode Queue, the first queued run follows if the active run succeeds', () => {
  const sequencer = { mode: 'QUEUE' as const, queue: [queued('a'), queued('b'), queued('c')] };
  expect(runAfter(sequencer)?.id).toBe('a');
  expect(followText(sequencer)).toBe('if this run succeeds; 2 more wait');
  expect(followText({ mode: 'QUEUE', queue: [queued('a')] })).toBe('if this run succeeds');
  expect(followText({ mode: 'QUEUE', queue: [] })).toBe('The queue is empty.');
});

test('in the mode Off, no queued run follows', () => {
  const sequencer = { mode: 'OFF' as const, queue: [queued('a'), queued('b')] };
  expect(runAfter(sequencer)).toBeNull();
  expect(followText(sequencer)).toBe('No queued run starts; 2 wait.');
  expect(followText({ mode: 'OFF', queue: [queued('a')] })).toBe('No queued run starts; 1 waits.');
  expect(followText({ mode: 'OFF', queue: [] })).toBe('No run starts automatically.');
});

test('a run that was started while another one was active follows in any mode', () => {
  const queue = [queued('a'), queued('b', 'RUNNING')];
  expect(runAfter({ mode: 'OFF', queue })?.id).toBe('b');
  expect(followText({ mode: 'OFF', queue })).toBe('if this run succeeds, also with the mode Off; 1 more waits');
  expect(runAfter({ mode: 'QUEUE', queue })?.id).toBe('b');
});
