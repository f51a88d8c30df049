import { expect, it } from 'vitest';
import { modeText, stoppedText } from './end-text.ts';

const at = '2026-11-24T18:27:41.000Z';
const now = Date.parse('2026-11-24T19:00:00Z');
const finishedAt = '2026-11-24T18:27:41.900Z';
const stop = (level: 'REQUEST' | 'INTERRUPT' | 'KILL', by = 'root') => ({ level, by, at });

it('names the user who stopped the run, and how long it took to end', () => {
  expect(stoppedText({ phase: 'INTERRUPTED', finishedAt, stops: [stop('INTERRUPT')] }, now)).toBe(
    'Interrupted by root at 18:27:41 UTC; it had ended 900 ms later.',
  );
  expect(stoppedText({ phase: 'INTERRUPTED', finishedAt, stops: [stop('REQUEST')] }, now)).toBe(
    'Stopped after a statement by root, requested at 18:27:41 UTC; it had ended 900 ms later.',
  );
  const stops = [stop('INTERRUPT', 'ann'), stop('KILL')];
  expect(stoppedText({ phase: 'KILLED', finishedAt: null, stops }, now)).toBe('Killed by root at 18:27:41 UTC.');
  expect(stoppedText({ phase: 'FAILED', finishedAt, stops: [] }, now)).toBeNull();
  expect(
    stoppedText({ phase: 'KILLED', finishedAt, stops: [stop('KILL', 'the system, after the grace time')] }, now),
  ).toBeNull();
});

it('reports what set the mode to Off, while the run is the last one', () => {
  const run = { id: 'a', startedAt: '2026-11-24T18:00:00.000Z' };
  const off = {
    mode: 'OFF' as const,
    modeReason: 'Mode set to Off because root stopped run 12.',
    modeChangedBy: 'root',
    modeChangedAt: at,
    activeRun: null,
    lastRun: { id: 'a' },
  };
  expect(modeText(run, off, now)).toBe('Mode set to Off because root stopped run 12, at 18:27:41 UTC.');
  expect(modeText(run, { ...off, modeReason: null }, now)).toBe('Mode set to Off by root, at 18:27:41 UTC.');
  expect(modeText(run, { ...off, modeChangedAt: '2026-11-24T17:00:00.000Z' }, now)).toBe(
    'The mode is Off: no run starts automatically.',
  );
  expect(modeText(run, { ...off, mode: 'QUEUE' }, now)).toBeNull();
  expect(modeText(run, { ...off, lastRun: { id: 'b' } }, now)).toBeNull();
  expect(modeText(run, { ...off, activeRun: { id: 'b' } }, now)).toBeNull();
  expect(modeText(run, { ...off, activeRun: { id: 'a' }, lastRun: { id: 'b' } }, now)).not.toBeNull();
});
