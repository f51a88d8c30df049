import { expect, it } from 'vitest';
import { causeText } from './cause-text.ts';

it('keeps the type and the first line of the message', () => {
  expect(causeText('RuntimeError', 'Request failed.\nOCSReply: ERROR\n  op_code')).toBe(
    'RuntimeError: Request failed.',
  );
  expect(causeText('AssertionError', '')).toBe('AssertionError');
});
