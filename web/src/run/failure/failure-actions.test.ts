import { emptyView, type StatementView } from '@sequencer/model/run-view';
import { NO_TIMES } from '@sequencer/model/statement-time';
import { expect, it } from 'vitest';
import { goToEffect, splitMessage, raiseLocation, failureActions } from './failure-actions.ts';

const statement = (index: number, attempts = 0): StatementView => ({
  index,
  firstLine: index + 1,
  lastLine: index + 1,
  state: 'PENDING',
  ...NO_TIMES,
  attempts,
  version: 1,
});
const lines = ['prepare()', "scan(description='rising')", 'park()'];
const failure = { exception: 'E', message: '', traceback: '', line: 1, then: [], awaitingDecision: true };

it('describes the consequence of each action', () => {
  const view = { ...emptyView(), statements: [statement(0, 2), statement(1), statement(2)] };
  expect(failureActions({ ...view, failure: { ...failure, statement: 0 } }, lines)).toMatchObject({
    retry: 'run it again from its start',
    skip: 'continue with statement 2: rising',
    edit: 'lines 1 to 3',
  });
  const last = { ...view, failure: { ...failure, statement: 2 } };
  expect(failureActions(last, [...lines, ''])).toMatchObject({
    skip: 'it is the last statement: the run ends',
    edit: 'line 3',
  });
});

it('separates the first line of an exception message from the replies in it', () => {
  expect(splitMessage('Request failed.\nOCSReply: ERROR\n  op_code\n')).toEqual({
    head: 'Request failed.',
    rest: 'OCSReply: ERROR\n  op_code',
  });
  expect(splitMessage('')).toEqual({ head: '', rest: '' });
});

it('names the library calls where the first cause was raised', () => {
  const call = (file: string, line: number, name: string) => ({ file, line, function: name, variables: [] });
  const script = call('<script>', 13, '<module>');
  expect(raiseLocation([script])).toBeNull();
  const scan = call('/opt/lib/sorunlib/seq.py', 110, 'scan');
  const check = call('/opt/lib/sorunlib/_internal.py', 85, 'check_running');
  expect(raiseLocation([script, scan, check])).toBe(
    'sorunlib/_internal.py:85 in check_running ← sorunlib/seq.py:110 in scan',
  );
  expect(raiseLocation([script, scan, check, check])).toMatch(/← …$/);
});

it('describes what another statement skips or repeats', () => {
  expect(goToEffect(1, 4)).toBe('Skips statements 2 to 4.');
  expect(goToEffect(1, 2)).toBe('Skips statement 2.');
  expect(goToEffect(2, 1)).toMatch(/^Runs statements 2 to 3 again/);
});
