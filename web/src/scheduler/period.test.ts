import { expect, it } from 'vitest';
import { periodError, periodFrom, tonight } from './period.ts';

const at = (text: string) => Date.parse(`${text}Z`);

it('begins with the next full minute', () => {
  expect(periodFrom(at('2026-06-01T21:59:01'), 90)).toEqual({ from: '2026-06-01T22:00', to: '2026-06-01T23:30' });
  expect(periodFrom(at('2026-06-01T22:00:00'), 720)).toEqual({ from: '2026-06-01T22:00', to: '2026-06-02T10:00' });
});

it.each([
  ['2026-06-01T12:00:00', { from: '2026-06-01T22:00', to: '2026-06-02T10:00' }],
  ['2026-06-01T23:10:30', { from: '2026-06-01T23:11', to: '2026-06-02T10:00' }],
  ['2026-06-02T03:00:00', { from: '2026-06-02T03:00', to: '2026-06-02T10:00' }],
  ['2026-06-02T10:00:00', { from: '2026-06-02T22:00', to: '2026-06-03T10:00' }],
])('finds the night at %s', (now, period) => {
  expect(tonight(at(now))).toEqual(period);
});

it('refuses a period without a length', () => {
  expect(periodError({ from: '2026-06-01T22:00', to: '2026-06-02T10:00' })).toBeNull();
  expect(periodError({ from: '2026-06-01T22:00', to: '2026-06-01T22:00' })).toContain('later than');
  expect(periodError({ from: '', to: '2026-06-01T22:00' })).toContain('both fields');
});
