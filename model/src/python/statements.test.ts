import { expect, it } from 'vitest';
import { statementsOf } from './statements.ts';

const lines = (script: string) => statementsOf(script).map((s) => [s.firstLine, s.lastLine]);

it.each([
  ['', []],
  ['# only words\n', []],
  ['a = 1\n', [[1, 1]]],
  [
    '"""Doc."""\n\nimport time\n',
    [
      [1, 1],
      [3, 3],
    ],
  ],
  [
    'a = 1; b = 2\nc = 3\n',
    [
      [1, 1],
      [1, 1],
      [2, 2],
    ],
  ],
  [
    'def f(\n    x,\n):\n    return x\n\n# between\nf(\n  1,\n)\n',
    [
      [1, 4],
      [7, 9],
    ],
  ],
  ['@wrap\ndef f():\n    pass\n', [[1, 3]]],
  [
    'if a:\n    b()\nelse:\n    c()\nfor x in y:\n    d()\n',
    [
      [1, 4],
      [5, 6],
    ],
  ],
])('%j', (script, spans) => {
  expect(lines(script)).toEqual(spans);
});
