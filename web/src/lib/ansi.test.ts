import { expect, it } from 'vitest';
import { ansiPieces } from './ansi.ts';

it('splits a line into coloured pieces', () => {
  expect(ansiPieces('a \u001b[1;31mred\u001b[0m b')).toEqual([
    { text: 'a ', classes: '' },
    { text: 'red', classes: 'ansi-red ansi-bold' },
    { text: ' b', classes: '' },
  ]);
});

it('drops sequences that are not colours and shows control characters', () => {
  expect(ansiPieces('\u001b[2Kx\u0007')).toEqual([{ text: 'x\u2407', classes: '' }]);
});
