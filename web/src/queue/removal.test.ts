import { expect, test } from 'vitest';
import { placeOf, removedBlocks } from './removal.ts';

test('adjacent runs are one block with its neighbours', () => {
  expect(removedBlocks(['a', 'b', 'c', 'd', 'e'], new Set(['a', 'c', 'd']))).toEqual([
    { ids: ['a'], index: 0, previous: null, next: 'b' },
    { ids: ['c', 'd'], index: 2, previous: 'b', next: 'e' },
  ]);
});

test('a block returns before the run that followed it, else after the one before it, else to its position', () => {
  const block = { ids: ['c'], index: 2, previous: 'b', next: 'd' };
  expect(placeOf(block, ['d', 'x', 'b'])).toBe(0);
  expect(placeOf(block, ['x', 'b', 'y'])).toBe(2);
  expect(placeOf(block, ['x', 'y', 'z'])).toBe(2);
  expect(placeOf(block, ['x'])).toBe(1);
  expect(placeOf({ ...block, index: 0, previous: null, next: null }, [])).toBe(0);
});
