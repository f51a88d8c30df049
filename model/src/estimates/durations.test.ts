import { expect, it } from 'vitest';
import { typicalOf, withRun, type DurationRecord } from './durations.ts';

const EMPTY: DurationRecord = { seconds: [], runs: [] };

it('has the median, the range of 8 of 10, and the number of runs', () => {
  const seconds = [11, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const runs = [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3];
  expect(typicalOf({ seconds, runs })).toEqual({ typicalSeconds: 6, lowSeconds: 2, highSeconds: 10, basis: 3 });
});

it('is between the two middle durations of an even number', () => {
  expect(typicalOf({ seconds: [1, 2], runs: [1, 2] })).toMatchObject({ typicalSeconds: 1.5, basis: 2 });
});

it('is unknown without durations', () => {
  expect(typicalOf(EMPTY)).toBeNull();
});

it('keeps the last 20 durations', () => {
  let record = EMPTY;
  for (let run = 1; run <= 15; run++) record = withRun(record, run, [run, run + 0.5]);
  expect(record.seconds).toHaveLength(20);
  expect(record.seconds[0]).toBe(6);
  expect(record.seconds.at(-1)).toBe(15.5);
  expect(record.runs[0]).toBe(6);
  expect(record.runs).toHaveLength(20);
});
