import { emptyView, type TraceView } from '@sequencer/model/run-view';
import { expect, it } from 'vitest';
import { statementLines } from './statement-lines.ts';

const loop = { firstLine: 11, lastLine: 13 };
const main = (file: string, line: number) => ({ ...emptyView(), traces: [{ id: 1, file, line } as TraceView] });
const failure = { exception: 'E', message: '', traceback: '', statement: 0, then: [], awaitingDecision: true };

it('names the line inside the statement, or its first line and where the call is', () => {
  expect(statementLines(loop, main('<script>', 12))).toEqual({ own: 12, other: null });
  expect(statementLines(loop, main('<script>', 8))).toEqual({ own: 11, other: 8 });
  expect(statementLines(loop, main('/lib/acu.py', 12))).toEqual({ own: 11, other: null });
  expect(statementLines(loop, emptyView())).toEqual({ own: 11, other: null });
});

it('names the line that raised a failure', () => {
  const at = (line: number | null) => ({ ...main('<script>', 12), failure: { ...failure, line } });
  expect(statementLines(loop, at(8))).toEqual({ own: 11, other: 8 });
  expect(statementLines(loop, at(13))).toEqual({ own: 13, other: null });
  expect(statementLines(loop, at(null))).toEqual({ own: 11, other: null });
});
