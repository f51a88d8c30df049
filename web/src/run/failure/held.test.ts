import { emptyView, type StatementView } from '@sequencer/model/run-view';
import { expect, it } from 'vitest';
import { goToText, waysOut } from './held.ts';

const statement = (index: number, attempts = 0): StatementView => ({
  index,
  firstLine: index + 1,
  lastLine: index + 1,
  state: 'PENDING',
  startedAt: null,
  finishedAt: null,
  attempts,
  version: 1,
});
const lines = ['prepare()', "scan(description='rising')", 'park()'];
const failure = { exception: 'E', message: '', traceback: '', line: 1, then: [], awaitingDecision: true };

it('says what follows each way out', () => {
  const view = { ...emptyView(), statements: [statement(0, 2), statement(1), statement(2)] };
  expect(waysOut({ ...view, failure: { ...failure, statement: 0 } }, lines)).toMatchObject({
    retry: 'from its start; failed 2 times',
    skip: 'go on with 2, rising',
    edit: 'lines 1 to 3',
  });
  expect(waysOut({ ...view, failure: { ...failure, statement: 2 } }, lines).skip).toBe('it is the last: the run ends');
});

it('says what another statement means', () => {
  expect(goToText(1, 4)).toBe('Leaves out statements 2 to 4.');
  expect(goToText(1, 2)).toBe('Leaves out statement 2.');
  expect(goToText(2, 1)).toMatch(/^Runs statements 2 to 3 again/);
});
