/** The catalogue, and errors of peers that have another one. */
import { expect, it } from 'vitest';
import { ERROR_CODE, ERRORS, SequencerError, statusOf } from './errors.ts';
import { findingSchema, replySchema } from './protocol.ts';

it.each(Object.entries(ERRORS))('%s has a status, a message and a remedy', (code, { status, message, remedy }) => {
  expect(code).toMatch(ERROR_CODE);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
  for (const sentences of [message, remedy]) expect(sentences).toMatch(/^[A-Z].*\.$/);
});

it('takes what an occurrence does not state from the catalogue', () => {
  const { message, remedy, status, text } = new SequencerError('UNKNOWN_RUN', 'There is no run 7.');
  expect({ message, remedy, status }).toEqual({
    message: 'There is no run 7.',
    remedy: 'Check it, or search the history.',
    status: 404,
  });
  expect(text).toBe('There is no run 7. Check it, or search the history.');
});

it.each([
  [{ code: 'FILTER_WHEEL_LOCKED', message: 'It is locked.' }, 'It is locked.', ''],
  [{ code: 'FILTER_WHEEL_LOCKED', message: 'It is locked.', remedy: 'Open it.' }, 'It is locked.', 'Open it.'],
  [{ code: 'toString', message: 'It is locked.' }, 'It is locked.', ''],
])('keeps the unknown error %j of a newer peer', (reported, message, remedy) => {
  expect(SequencerError.reported(reported)).toMatchObject({ code: reported.code, message, remedy, status: 500 });
});

it('takes the remedy of a reported error from the catalogue, unless the peer sends one', () => {
  expect(SequencerError.reported({ code: 'NOT_PAUSED', message: 'No.' }).remedy).toBe('Pause it first.');
  expect(SequencerError.reported({ code: 'NOT_PAUSED', message: 'No.', remedy: 'Retry.' }).remedy).toBe('Retry.');
  expect(SequencerError.reported({ code: 'NOT_PAUSED', message: 'No. Retry.', remedy: '' }).text).toBe('No. Retry.');
  expect(SequencerError.reported({}).code).toBe('INTERNAL');
  expect(SequencerError.reported({ code: 'NEWER' }).message).toContain('NEWER');
  expect(statusOf('NEWER')).toBe(500);
});

it('reads replies and findings of a newer runner', () => {
  const reply = { type: 'reply', id: 'c1', ok: false, code: 'NEWER', message: 'x', remedy: { newer: 1 }, more: 1 };
  expect(replySchema.parse(reply)).toMatchObject({ code: 'NEWER', remedy: undefined });
  const finding = { severity: 'fatal', line: null, code: 'NEWER', message: 'x' };
  expect(findingSchema.parse(finding)).toMatchObject({ severity: 'warning', code: 'NEWER' });
});
