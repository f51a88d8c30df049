import { expect, it } from 'vitest';
import { causeText } from './cause-text.ts';

it('is one line', () => {
  expect(causeText('RuntimeError', 'Request failed.\nOCSReply: ERROR\n  op_code')).toBe(
    'RuntimeError: Request failed.',
  );
  expect(causeText('AssertionError', '')).toBe('AssertionError');
});
