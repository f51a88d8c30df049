import { expect, it } from 'vitest';
import { countAfter } from './use-follow.ts';

const rows = [{ key: -2 }, { key: 0 }, { key: 1 }, { key: 5 }];

it('counts what came after the row that was seen last', () => {
  expect(countAfter(rows, 0)).toBe(2);
  expect(countAfter(rows, 5)).toBe(0);
});

it('counts right when that row is filtered away or no longer kept', () => {
  expect(countAfter(rows, 3)).toBe(1);
  expect(countAfter(rows, -10)).toBe(4);
  expect(countAfter([], 3)).toBe(0);
});
