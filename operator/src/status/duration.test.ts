import { expect, test } from 'vitest';
import { durationBetween } from './duration.ts';

test.each([
  ['2026-01-01T20:00:00Z', '2026-01-01T20:00:45Z', '45s'],
  ['2026-01-01T20:00:00Z', '2026-01-01T20:12:41Z', '12m41s'],
  ['2026-01-01T20:00:00Z', '2026-01-01T22:05:59Z', '2h05m'],
  // Times of two clocks.
  ['2026-01-01T20:00:01Z', '2026-01-01T20:00:00Z', '0s'],
  [undefined, '2026-01-01T20:00:00Z', ''],
])('from %s to %s: %s', (startedAt, finishedAt, expected) => {
  expect(durationBetween(startedAt, finishedAt)).toBe(expected);
});
