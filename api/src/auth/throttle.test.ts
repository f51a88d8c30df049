import { expect, it } from 'vitest';
import { Throttle } from './throttle.ts';

it('lets few failures pass, then doubles the wait, and forgets', () => {
  let now = 0;
  const throttle = new Throttle(() => now);
  for (let i = 0; i < 4; i++) throttle.failed('alice', 'a');
  expect(throttle.wait('alice', 'a')).toBe(0);
  throttle.failed('alice', 'a');
  expect(throttle.wait('alice', 'a')).toBe(2000);
  now += 2000;
  expect(throttle.wait('alice', 'a')).toBe(0);
  throttle.failed('alice', 'a');
  expect(throttle.wait('alice', 'a')).toBe(4000);
  for (let i = 0; i < 20; i++) throttle.failed('alice', 'a');
  expect(throttle.wait('alice', 'a')).toBe(60_000);
  expect(throttle.wait('alice', 'b')).toBe(0);
  expect(throttle.wait('bob', 'a')).toBe(0);
  now += 15 * 60_000;
  expect(throttle.wait('alice', 'a')).toBe(0);
});

it('gives an address a budget over all names', () => {
  const throttle = new Throttle(() => 0);
  for (let i = 0; i < 40; i++) throttle.failed(`name${String(i)}`, 'a');
  expect(throttle.wait('bob', 'a')).toBe(2000);
  expect(throttle.wait('bob', 'b')).toBe(0);
});

it('a right password clears the name, and of the address its own try only', () => {
  const throttle = new Throttle(() => 0);
  for (let i = 0; i < 41; i++) throttle.failed('alice', 'a');
  throttle.succeeded('alice', 'a');
  expect(throttle.wait('alice', 'a')).toBe(2000);
  expect(throttle.wait('alice', 'b')).toBe(0);
});

it('counts the wait from when the last try was over', () => {
  let now = 0;
  const throttle = new Throttle(() => now);
  for (let i = 0; i < 5; i++) throttle.failed('alice', 'a');
  now = 1500;
  throttle.failed('alice', 'a', 0);
  expect(throttle.wait('alice', 'a')).toBe(2000);
});

it('does not grow without end', () => {
  const throttle = new Throttle(() => 0);
  for (let i = 0; i < 12_000; i++) throttle.failed('alice', String(i));
  expect(throttle.wait('alice', '0')).toBe(0);
});
