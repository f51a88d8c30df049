import { describe, expect, it } from 'vitest';
import { clock, duration, initials, moment, plural, ticking } from './format.ts';

describe('durations', () => {
  it.each([
    [39, '39 ms'],
    [39_400, '39.4 s'],
    [59_999, '60.0 s'],
    [761_000, '12 m 41 s'],
    [27_240_000, '7 h 34 m'],
    [273_600_000, '3 d 4 h'],
    [-5, '0 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('ticks in whole seconds', () => {
    expect(ticking(12_900)).toBe('12 s');
    expect(ticking(61_000)).toBe('1 m 01 s');
  });
});

describe('times', () => {
  const now = Date.parse('2026-11-24T08:00:00Z');

  it('are in UTC, with the date only on another day', () => {
    expect(clock('2026-11-24T09:04:31+02:00')).toBe('07:04:31');
    expect(moment('2026-11-24T07:04:31Z', now)).toBe('07:04:31 UTC');
    expect(moment('2026-11-23T07:04:31Z', now)).toBe('2026-11-23 07:04:31 UTC');
  });
});

it('takes the initials of a user name', () => {
  expect(['m.olsen', 'root', 'Ada King'].map(initials)).toEqual(['MO', 'RO', 'AK']);
});

it('adds a plural s', () => {
  expect([plural(1, 'run'), plural(2, 'run')]).toEqual(['1 run', '2 runs']);
});
