import { expect, test } from 'vitest';
import { expiredReason, onHoldReason, windowReason } from './wait-reasons.ts';

const now = new Date('2026-12-01T05:10:30Z');

test('names the end of the window, with the date if it is another day', () => {
  expect(expiredReason(new Date('2026-12-01T05:10:00Z'), now)).toBe('Expired: not started by 05:10 UTC.');
  expect(expiredReason(new Date('2026-11-30T23:59:00Z'), now)).toBe('Expired: not started by 2026-11-30 23:59 UTC.');
});

test('names who put a run on hold, and why', () => {
  expect(onHoldReason('k.tanaka', 'wind')).toBe('On hold: wind (k.tanaka).');
  expect(onHoldReason('k.tanaka', null)).toBe('On hold (k.tanaka).');
});

test('names what the window waits for', () => {
  const notBefore = new Date('2026-12-02T04:00:00Z');
  expect(windowReason({ notBefore, notAfter: null }, now)).toBe('Not before 2026-12-02 04:00 UTC.');
  expect(windowReason({ notBefore: now, notAfter: now }, now)).toBeNull();
  expect(windowReason({ notBefore: null, notAfter: new Date('2026-12-01T05:10:00Z') }, now)).toContain('05:10 UTC');
});
