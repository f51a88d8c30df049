import { expect, test } from 'vitest';
import { movedText, onHoldText, usesText, windowText } from './queue-text.ts';

const NOW = Date.parse('2026-06-01T21:45:00Z');

test('a window shows the date of another day', () => {
  expect(windowText(null, NOW)).toBe('');
  expect(windowText({ notBefore: '2026-06-01T22:00:00Z', notAfter: null }, NOW)).toBe('starts after 22:00 UTC');
  expect(windowText({ notBefore: '2026-06-01T22:00:00Z', notAfter: '2026-06-02T05:10:00Z' }, NOW)).toBe(
    'starts 22:00 to 2026-06-02 05:10 UTC',
  );
});

test('a window on another day shows its date once', () => {
  const window = { notBefore: '2026-06-03T01:00:00Z', notAfter: '2026-06-03T02:00:00Z' };
  expect(windowText(window, NOW)).toBe('starts 2026-06-03 01:00 to 02:00 UTC');
});

test('a window without a start shows its end', () => {
  expect(windowText({ notBefore: null, notAfter: '2026-06-01T23:00:00Z' }, NOW)).toBe('starts by 23:00 UTC');
});

test('a hold shows since when, by whom and why', () => {
  const onHold = { since: '2026-06-01T21:40:12Z', by: 'k.tanaka', reason: 'laser not ready' };
  expect(onHoldText(onHold, NOW)).toBe('On hold since 21:40 UTC by k.tanaka: laser not ready');
  expect(onHoldText({ ...onHold, reason: null }, NOW)).toBe('On hold since 21:40 UTC by k.tanaka');
});

test('resources are listed', () => {
  expect(usesText({ resources: ['crane', 'laser'] })).toBe('uses crane, laser');
  expect(usesText({ resources: [] })).toBe('');
});

test('positions count from 1', () => {
  expect(movedText({ number: 12 }, 0, 5)).toBe('Run 12 moved to position 1 of 5.');
});
