import { expect, it } from 'vitest';
import { endText, expectedText } from './expected-text.ts';

const NOW = Date.parse('2026-06-01T22:00:00Z');
const start = '2026-06-01T22:10:00.000Z';

it.each([
  [undefined, ''],
  [{ start: null, end: null }, ''],
  [{ start, end: null }, '~22:10 UTC, time unknown'],
  [{ start, end: '2026-06-01T22:10:20.000Z' }, '~22:10 UTC, ~1 m'],
  [{ start, end: '2026-06-01T22:51:50.000Z' }, '~22:10 UTC, ~42 m'],
  [{ start, end: '2026-06-02T05:40:00.000Z' }, '~22:10 UTC, ~7 h 30 m'],
])('%j', (times, text) => {
  expect(expectedText(times, NOW)).toBe(text);
});

it('has the end of an active run', () => {
  expect(endText({ start, end: '2026-06-01T22:52:00.000Z' }, NOW)).toBe('ends ~22:52 UTC');
  expect(endText({ start, end: null }, NOW)).toBe('');
});
