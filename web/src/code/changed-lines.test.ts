import { expect, it } from 'vitest';
import { changedLines } from './changed-lines.ts';

it.each([
  ['a\nb\nc\n', 'a\nb\nc\n', 0],
  ['a\nb\nc\n', 'a\nB\nc\n', 1],
  ['a\nb\nc\n', 'a\nB\nC\n', 2],
  ['a\nb\nc\n', 'a\nc\n', 1],
  ['a\nb\nc\n', 'a\nb\nc\nd\ne\n', 2],
  ['a\nb\nc\nd\ne\n', 'A\nb\nc\nd\nE\n', 2],
])('%j to %j: %d', (before, after, count) => {
  expect(changedLines(before, after)).toBe(count);
});
