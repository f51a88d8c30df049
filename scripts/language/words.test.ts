import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finder, rulesOf, subjectProblems } from './words.ts';

const rules = rulesOf(readFileSync(join(import.meta.dirname, '../../docs/style.md'), 'utf8'));
const findIn = finder(rules);
const wordsIn = (text: string) => findIn(text).map((finding) => finding.word);

describe('finder', () => {
  it('finds a word in a comment, a string and a name, with its line', () => {
    const text = "// The page tells.\nconst runnerIsTold = 'at once';\nwas_told = 1\n";
    expect(findIn(text)).toEqual([
      { word: 'tells', line: 1 },
      { word: 'told', line: 2 },
      { word: 'at once', line: 2 },
      { word: 'told', line: 3 },
    ]);
  });

  it('finds a phrase that continues on the next line of a comment', () => {
    expect(wordsIn('/**\n * The script goes\n * on.\n */')).toEqual(['goes on']);
    expect(wordsIn('# It is by\n# itself.')).toEqual(['by itself']);
  });

  it('leaves parts of longer words alone', () => {
    expect(wordsIn('hearth, toldo, commend, understands, shear')).toEqual([]);
  });

  it('finds an English word as a name only where it is declared', () => {
    expect(wordsIn('// People sign in.')).toEqual([]);
    expect(wordsIn("import { key, type People } from './people.ts';")).toEqual([]);
    expect(wordsIn('export class People {}')).toEqual(['People']);
    expect(wordsIn('run.letOthersGoOn()')).toContain('letOthersGoOn');
  });

  it('finds nothing in plain text', () => {
    expect(wordsIn('The queue is held because run 12 failed. Resume it with kubectl.')).toEqual([]);
  });
});

describe('subjectProblems', () => {
  it('accepts an area and a short summary', () => {
    expect(subjectProblems('store: detect a silent database within 7 s', findIn)).toEqual([]);
  });

  it('reports a missing area, a long subject and a listed word', () => {
    expect(subjectProblems('The runner is told', findIn)).toHaveLength(2);
    expect(subjectProblems(`api: ${'x'.repeat(70)}`, findIn)).toEqual(['has 75 characters; 72 are allowed']);
  });
});

it('throws when the style guide has no table', () => {
  expect(() => rulesOf('# Style\n')).toThrow('no table');
});
