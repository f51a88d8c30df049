import { expect, test } from 'vitest';
import { dropIndex } from './drop-index.ts';

const MIDDLES = [20, 60, 100];

test('an item is dropped after all items whose middle is above the pointer', () => {
  expect(dropIndex(MIDDLES, 90, 0)).toBe(1);
  expect(dropIndex(MIDDLES, 130, 0)).toBe(2);
  expect(dropIndex(MIDDLES, 10, 2)).toBe(0);
});

test('an item that is dropped near its place stays there', () => {
  expect(dropIndex(MIDDLES, 50, 1)).toBe(1);
  expect(dropIndex(MIDDLES, 70, 1)).toBe(1);
});
