import { Text } from '@codemirror/state';
import { expect, it } from 'vitest';
import { countFindings, findingText, mergeFindings, toDiagnostics } from './findings.ts';

const at = (row: number, column: number) => ({ row, column });
const undefinedName = { code: 'F821', message: 'Undefined name `x`', start: at(3, 7), end: at(3, 8) };
const syntax = { code: 'invalid-syntax', message: 'Expected an expression', start: at(2, 5), end: at(2, 5) };
const refused = { severity: 'error', line: 2, code: 'SYNTAX_ERROR', message: 'line 2: invalid syntax' };

it('lists the syntax error of the server instead of those of Ruff', () => {
  const found = mergeFindings([undefinedName, syntax], [refused]);
  expect(found.map(({ severity, line, code }) => [severity, line, code])).toEqual([
    ['error', 2, 'SYNTAX_ERROR'],
    ['warning', 3, 'F821'],
  ]);
  expect(countFindings(found)).toBe('1 error, 1 warning');
  expect(found.map(findingText)).toEqual(['line 2: invalid syntax', 'line 3: Undefined name `x`']);
});

it('lists a syntax error of Ruff as a warning where the server has none', () => {
  const found = mergeFindings([undefinedName, syntax], []);
  expect(found.map(({ severity, code }) => [severity, code])).toEqual([
    ['warning', 'Python'],
    ['warning', 'F821'],
  ]);
  expect(countFindings(found)).toBe('2 warnings');
});

it('lists an undefined name once if both report it', () => {
  const ofServer = { severity: 'warning', line: 3, code: 'UNDEFINED_NAME', message: 'Undefined name `x`' };
  expect(mergeFindings([undefinedName], [ofServer]).map(({ code }) => code)).toEqual(['F821']);
  expect(mergeFindings([], [ofServer])).toEqual([ofServer]);
});

it('marks the range of a finding, or its line, inside the script', () => {
  const doc = Text.of(['a = 1', 'b = ', 'print(x)']);
  const marks = toDiagnostics(doc, [...mergeFindings([undefinedName], [refused]), { ...refused, line: 99 }]);
  expect(marks.map(({ from, to }) => doc.sliceString(from, to))).toEqual(['b = ', 'x', 'print(x)']);
});
