import { expect, test } from 'vitest';
import { anchorAt, anchorOfStep, changeText } from './block-moves.ts';

const list = (ids: string) => Array.from(ids, (id) => ({ id }));

test('a block is dropped after the last other run above the gap', () => {
  expect(anchorAt(list('abcd'), list('b'), 0)).toBeNull();
  expect(anchorAt(list('abcd'), list('b'), 2)).toBe('a');
  expect(anchorAt(list('abcd'), list('b'), 4)).toBe('d');
  expect(anchorAt(list('abcd'), list('ac'), 3)).toBe('b');
});

test('a step moves the block past one other run, and not beyond the ends', () => {
  expect(anchorOfStep(list('abcd'), list('c'), -1)).toBe('a');
  expect(anchorOfStep(list('abcd'), list('b'), -1)).toBeNull();
  expect(anchorOfStep(list('abcd'), list('a'), -1)).toBeUndefined();
  expect(anchorOfStep(list('abcd'), list('b'), 1)).toBe('c');
  expect(anchorOfStep(list('abcd'), list('cd'), 1)).toBeUndefined();
  expect(anchorOfStep(list('abcd'), list('bc'), 1)).toBe('d');
});

test('a changed order and a changed content are different reasons to refuse a drop', () => {
  expect(changeText(list('abc'), list('abc'))).toBeNull();
  expect(changeText(list('abc'), list('cab'))).toBe('Another user moved this list. Drop again.');
  expect(changeText(list('abc'), list('bc'))).toBe('The queue has changed. Drop again.');
  expect(changeText(list('abc'), list('abcd'))).toBe('The queue has changed. Drop again.');
});
