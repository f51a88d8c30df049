import { expect, it } from 'vitest';
import { Changes } from './changes.ts';

it('marks a value that changed since the previous stop, until the next one', () => {
  const changes = new Changes();
  expect(changes.note('az', 1, '10')).toBe(false);
  expect(changes.note('az', 2, '11')).toBe(true);
  expect(changes.note('az', 2, '11')).toBe(true);
  expect(changes.note('az', 3, '11')).toBe(false);
});

it('marks a value that is assigned while the trace is stopped', () => {
  const changes = new Changes();
  changes.note('az', 1, '10');
  expect(changes.note('az', 1, '12')).toBe(true);
});

it('keeps a bounded number of values', () => {
  const changes = new Changes();
  changes.note('first', 1, 'a');
  for (let i = 0; i < 5000; i++) changes.note(String(i), 1, 'a');
  expect(changes.note('first', 2, 'b')).toBe(false);
  expect(changes.note('4999', 2, 'b')).toBe(true);
});
