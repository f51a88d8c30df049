import { expect, it } from 'vitest';
import { recordText } from './record-text.ts';

it.each([
  ['action', { name: 'step', by: 'ann', ok: false, detail: 'Stale.' }, 'step by ann: refused. Stale.'],
  [
    'evaluated',
    { by: 'ann', expression: '1/0', ok: false, text: 'ZeroDivisionError\n' },
    'ann evaluated 1/0: raised ZeroDivisionError',
  ],
  ['decision', { action: 'GOTO', by: 'ann', statement: 1, line: 9 }, 'GOTO by ann, statement 2, to line 9'],
  ['script', { version: 2, by: 'ann', firstChanged: 3, script: 'x' }, 'version 2 by ann, from statement 4'],
  ['answered', { ask: 1, answer: 'yes', by: null }, 'question 1: “yes” (default)'],
  ['traceEnded', { trace: 3, at: null }, 'trace 3'],
])('%s', (type, data, text) => {
  expect(recordText(type, data)).toBe(text);
});
