import { expect, it } from 'vitest';
import { statementName, statementText } from './statement-text.ts';

const lines = ['run.seq.scan(', "    description='setting C 08',", '    width=20.0,', ')', 'x = run.acu.move_to(az=1)'];

it('joins the lines of a call into one', () => {
  expect(statementText(lines, { firstLine: 1, lastLine: 4 })).toBe(
    "run.seq.scan(description='setting C 08', width=20.0)",
  );
});

it('names a statement by its description, or else by its call', () => {
  expect(statementName(lines, { firstLine: 1, lastLine: 4 })).toBe('setting C 08');
  expect(statementName(lines, { firstLine: 5, lastLine: 5 })).toBe('acu.move_to');
});
