import { expect, it } from 'vitest';
import type { StatementView } from '../run-view.ts';
import { durationsOf } from './run-durations.ts';
import { statementKeys } from './statement-keys.ts';

const SECOND = (seconds: number) => new Date(Date.parse('2026-06-01T22:00:00Z') + seconds * 1000).toISOString();
const done = (index: number, from: number, to: number, more: Partial<StatementView> = {}): StatementView => ({
  index,
  firstLine: index + 1,
  lastLine: index + 1,
  state: 'DONE',
  startedAt: SECOND(from),
  finishedAt: SECOND(to),
  pausedMs: 0,
  pausedSince: null,
  attempts: 1,
  version: 1,
  ...more,
});
const durations = (script: string, ...statements: StatementView[]) =>
  Object.fromEntries(
    durationsOf(
      { statements },
      statementKeys(script, (text) => text),
    ),
  );

it('has each duration under the exact and the general key, in order', () => {
  expect(durations('go(1)\ngo(2)\ngo(1)\n', done(0, 0, 5), done(1, 5, 7), done(2, 7, 10))).toEqual({
    'go(1)': [5, 3],
    'go(2)': [2],
    go: [5, 2, 3],
  });
});

it('leaves out the time at prompts', () => {
  expect(durations('go()\n', done(0, 0, 60, { pausedMs: 50_000 }))).toEqual({ 'go()': [10], go: [10] });
});

it.each([
  ['was skipped', { state: 'SKIPPED' as const }],
  ['failed', { state: 'FAILED' as const }],
  ['was retried', { attempts: 2 }],
  ['never reached its first line', { startedAt: null }],
  ['begins at another line than in the script', { firstLine: 7 }],
])('leaves out a statement that %s', (_, more) => {
  expect(durations('go()\n', done(0, 0, 5, more))).toEqual({});
});

it('leaves out a wait for an absolute time', () => {
  expect(durations("wait_until('2026-06-01 22:10')\n", done(0, 0, 600))).toEqual({});
});
