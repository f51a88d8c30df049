import { expect, it } from 'vitest';
import { markFound } from './find-marks.ts';

const piece = (text: string, classes = '') => ({ text, classes, colours: {} });
const marks = (texts: string[], find: string) =>
  markFound(
    texts.map((text) => piece(text, text === 'RED' ? 'red' : '')),
    find,
  ).map((p) => [p.text, p.classes]);

it('marks each occurrence, in any case', () => {
  expect(marks(['one two ONE'], 'one')).toEqual([
    ['one', 'found'],
    [' two ', ''],
    ['ONE', 'found'],
  ]);
});

it('marks a text that continues over colours', () => {
  expect(marks(['a ', 'RED', ' b'], 'a red')).toEqual([
    ['a ', 'found'],
    ['RED', 'red found'],
    [' b', ''],
  ]);
});

it('leaves a line without the text, or with another length in search form, as it is', () => {
  expect(marks(['one'], 'two')).toEqual([['one', '']]);
  expect(marks(['ﬁne one'], 'one')).toEqual([['ﬁne one', '']]);
});
