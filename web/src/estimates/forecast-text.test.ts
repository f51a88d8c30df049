import { expect, it } from 'vitest';
import { isLong, planText } from './forecast-text.ts';

const NOW = Date.parse('2026-06-02T04:12:00Z');

it.each([
  [null, null, null],
  [0, null, 'on plan'],
  [-59, null, 'on plan'],
  [134, null, '2:14 behind'],
  [134, '2026-06-02T04:54:00Z', '2:14 behind, regained by 04:54 UTC'],
  [134, '2026-06-03T04:54:00Z', '2:14 behind, regained by 2026-06-03 04:54 UTC'],
  [-190, null, '3:10 ahead'],
  [3900, null, '1 h 05 m behind'],
])('shows %j seconds behind, regained at %j, as %j', (behindSeconds, regainedAt, text) => {
  expect(planText({ behindSeconds, regainedAt }, NOW)?.text ?? null).toBe(text);
});

it('marks only a run that is behind', () => {
  expect(planText({ behindSeconds: 61 }, NOW)?.isBehind).toBe(true);
  expect(planText({ behindSeconds: 59 }, NOW)?.isBehind).toBe(false);
  expect(planText({ behindSeconds: -61 }, NOW)?.isBehind).toBe(false);
});

it('finds a statement long after three times its usual time', () => {
  expect(isLong(30_000, 10)).toBe(false);
  expect(isLong(30_001, 10)).toBe(true);
  expect(isLong(9000, 0.1)).toBe(false);
  expect(isLong(11_000, 0)).toBe(true);
  expect(isLong(30_000, null)).toBe(false);
});
