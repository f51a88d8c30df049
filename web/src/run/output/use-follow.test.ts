import { expect, it } from 'vitest';
import { countAfter } from './use-follow.ts';

const rows = [{ key: -2 }, { key: 0 }, { key: 1 }, { key: 5 }];

it('counts rows after the last row seen', () => {
  expect(countAfter(rows, 0)).toBe(2);
  expect(countAfter(rows, 5)).toBe(0);
});

it('counts correctly when that row is filtered out or dropped', () => {
  expect(countAfter(rows, 3)).toBe(1);
  expect(countAfter(rows, -10)).toBe(4);
  expect(countAfter([], 3)).toBe(0);
});
