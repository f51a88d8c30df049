import { expect, test } from 'vitest';
import { expiredReason, notBeforeReason, tooLateReason } from './queue-reasons.ts';

const now = new Date('2026-06-01T22:00:00Z');

test('states near times without their date, also across midnight', () => {
  expect(notBeforeReason(new Date('2026-06-02T05:10:00Z'), now)).toBe('Not before 05:10 UTC.');
  expect(expiredReason(new Date('2026-06-01T21:59:59Z'), now)).toBe('Expired: not started by 21:59 UTC.');
});

test('states far times with their date', () => {
  expect(notBeforeReason(new Date('2026-06-02T10:00:00Z'), now)).toBe('Not before 2026-06-02 10:00 UTC.');
  expect(tooLateReason(new Date('2026-05-31T05:10:00Z'), now)).toMatch(
    /^Too late: not started by 2026-05-31 05:10 UTC\. /,
  );
});
