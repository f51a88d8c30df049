import { expect, it } from 'vitest';
import { lineTimes, type EstimatedStatement } from './line-times.ts';

const statement = (firstLine: number, typicalSeconds: number | null, basis = 3): EstimatedStatement => ({
  firstLine,
  typicalSeconds,
  lowSeconds: typicalSeconds === null ? null : typicalSeconds / 2,
  highSeconds: typicalSeconds === null ? null : typicalSeconds * 2,
  basis,
});

it('shows the usual time with ~, and its range', () => {
  expect([...lineTimes([statement(4, 750)])]).toEqual([
    [4, { text: '~12 m 30 s', title: 'Usually 6 m 15 s to 25 m 00 s, from 3 runs' }],
  ]);
});

it('shows nothing for an unknown time, and for a wait', () => {
  expect(lineTimes([statement(1, null, 0), statement(2, 600, 0)]).size).toBe(0);
});

it('shows the first of several statements on a line', () => {
  expect(lineTimes([statement(1, 2), statement(1, 5)]).get(1)?.text).toBe('~2.0 s');
});
