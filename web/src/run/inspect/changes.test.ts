import { expect, it } from 'vitest';
import { Changes } from './changes.ts';

it('marks what differs from the stop before, for as long as the trace stands', () => {
  const changes = new Changes();
  expect(changes.note('az', 1, '10')).toBe(false);
  expect(changes.note('az', 2, '11')).toBe(true);
  expect(changes.note('az', 2, '11')).toBe(true);
  expect(changes.note('az', 3, '11')).toBe(false);
});

it('marks what somebody assigns while the trace stands', () => {
  const changes = new Changes();
  changes.note('az', 1, '10');
  expect(changes.note('az', 1, '12')).toBe(true);
});

it('remembers a bounded number', () => {
  const changes = new Changes();
  changes.note('first', 1, 'a');
  for (let i = 0; i < 5000; i++) changes.note(String(i), 1, 'a');
  expect(changes.note('first', 2, 'b')).toBe(false);
  expect(changes.note('4999', 2, 'b')).toBe(true);
});
