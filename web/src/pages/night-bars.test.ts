import { expect, it } from 'vitest';
import { barsOf, scaleOf, shortTime, summaryOf } from './night-bars.ts';

const night = (date: string, seconds: number) => ({
  date,
  outcomes: [{ phase: 'SUCCEEDED' as const, runs: 1, seconds }],
});

it('has a bar for each night, also for one without runs', () => {
  const bars = barsOf([night('2026-11-19', 60), night('2026-11-21', 30)], 4);
  expect(bars.map(({ date, seconds }) => [date, seconds])).toEqual([
    ['2026-11-18', 0],
    ['2026-11-19', 60],
    ['2026-11-20', 0],
    ['2026-11-21', 30],
  ]);
  expect(barsOf([], 14)).toEqual([]);
});

it('has a round scale that every bar fits in', () => {
  const scale = (seconds: number) => scaleOf(barsOf([night('2026-11-21', seconds)], 2));
  expect([scale(0), scale(36 * 60), scale(8 * 3600), scale(7.6 * 3600)]).toEqual([10, 3600, 8 * 3600, 8 * 3600]);
  expect(scale(100 * 3600)).toBe(120 * 3600);
});

it('names seconds, minutes and hours as such', () => {
  expect([45, 36 * 60 + 5, 59.6 * 60, 7.6 * 3600].map(shortTime)).toEqual(['45 s', '36 min', '1 h', '7.6 h']);
});

it('summarizes several nights with runs, and not a single one', () => {
  expect(summaryOf(barsOf([night('2026-11-21', 2165)], 14))).toBe('');
  expect(summaryOf(barsOf([night('2026-11-20', 3600), night('2026-11-21', 7200)], 14))).toBe('best 2 h, mean 1.5 h');
});
