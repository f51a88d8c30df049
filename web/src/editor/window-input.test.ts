import { expect, test } from 'vitest';
import { windowError, windowInput } from './window-input.ts';

const NOW = Date.parse('2026-06-01T21:40:00Z');

test('times of the fields are in UTC, and empty fields are no limit', () => {
  expect(windowInput({ notBefore: '2026-06-01T22:00', notAfter: '' })).toEqual({
    notBefore: '2026-06-01T22:00:00.000Z',
    notAfter: null,
  });
  expect(windowInput({ notBefore: '', notAfter: '' })).toBeNull();
});

test('a window must end in the future, and after its start', () => {
  expect(windowError({ notBefore: '', notAfter: '2026-06-01T21:40' }, NOW)).toBe(
    '“Not after” is in the past. Enter a later time.',
  );
  const both = { notBefore: '2026-06-01T22:00', notAfter: '2026-06-01T22:00' };
  expect(windowError(both, NOW)).toBe('“Not after” must be later than “Not before”.');
  expect(windowError({ ...both, notAfter: '2026-06-01T22:01' }, NOW)).toBeNull();
  expect(windowError({ notBefore: '2026-06-01T20:00', notAfter: '' }, NOW)).toBeNull();
});
