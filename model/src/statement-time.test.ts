import { expect, it } from 'vitest';
import type { RunEvent } from './events.ts';
import { applyEvent } from './fold.ts';
import { emptyView, restoreView, type RunView } from './run-view.ts';
import { isNext, statementMs } from './statement-time.ts';

const at = (second: number) => new Date(Date.UTC(2026, 10, 24, 4, 0, second)).toISOString();
const ms = (second: number) => Date.parse(at(second));
const SPANS = [0, 1].map((index) => ({ index, firstLine: index + 1, lastLine: index + 1 }));
const STACK = [{ file: '<script>', line: 1, function: '<module>', variables: [] }];

/** A run of two statements, of which the first is at its first line in second 0. Returns a function that adds events. */
function begin(): { view: RunView; add: (second: number, event: object) => void } {
  const view = emptyView();
  let seq = 0;
  const add = (second: number, event: object) => {
    applyEvent(view, { seq: ++seq, at: at(second), ...event } as RunEvent);
  };
  add(0, { type: 'started', statements: SPANS, pid: 1, hostname: 'h', python: '3', packages: {} });
  add(0, { type: 'traceStarted', trace: 1, kind: 'THREAD', name: 'MainThread' });
  add(0, { type: 'traceStarted', trace: 2, kind: 'TASK', name: 'a task', thread: 1 });
  add(0, { type: 'traceStarted', trace: 3, kind: 'THREAD', name: 'another thread' });
  add(0, { type: 'statement', index: 0, state: 'RUNNING', attempt: 1 });
  add(0, { type: 'line', trace: 1, file: '<script>', line: 1, function: '<module>' });
  return { view, add };
}
const stop = (trace: number, number: number, beforeStatement?: boolean) => ({
  ...{ type: 'prompt', trace, number, reason: 'pause', event: 'line', stack: STACK },
  ...(beforeStatement && { beforeStatement }),
});
const leave = (trace: number, number: number) => ({ type: 'resumed', trace, number, command: 'CONTINUE' });
const tookMs = (view: RunView, second: number) => view.statements[0] && statementMs(view.statements[0], ms(second));

it('starts a statement when its first line runs, not while the script is stopped before it', () => {
  const { view, add } = begin();
  add(0, stop(1, 1, true));
  expect(view.statements[0]).toMatchObject({ state: 'RUNNING', startedAt: null });
  expect(view.statements.map(isNext)).toEqual([true, false]);
  expect(tookMs(view, 240)).toBeNull();
  add(240, leave(1, 1));
  expect(view.statements[0]?.startedAt).toBe(at(240));
  expect(view.statements.map(isNext)).toEqual([false, false]);
  add(241, { type: 'statement', index: 0, state: 'DONE', attempt: 1 });
  expect(tookMs(view, 999)).toBe(1000);
});

it('does not count the time at prompts inside a statement', () => {
  const { view, add } = begin();
  add(10, stop(1, 1));
  expect(tookMs(view, 15)).toBe(10_000);
  add(20, leave(1, 1));
  expect(tookMs(view, 25)).toBe(15_000);
  add(30, stop(1, 2));
  add(50, leave(1, 2));
  add(51, { type: 'statement', index: 0, state: 'DONE', attempt: 1 });
  expect(tookMs(view, 999)).toBe(21_000);
});

it('counts the time while only another thread is stopped, and not while a task stops the main thread', () => {
  const { view, add } = begin();
  add(10, stop(3, 1));
  add(20, stop(2, 2));
  add(30, leave(3, 1));
  expect(tookMs(view, 35)).toBe(20_000);
  add(40, leave(2, 2));
  expect(tookMs(view, 45)).toBe(25_000);
});

it('ends the time of a statement that is killed while it is stopped, and gives none to one that has not run', () => {
  for (const [isBefore, took] of [
    [false, 10_000],
    [true, null],
  ] as const) {
    const { view, add } = begin();
    add(10, stop(1, 1, isBefore));
    add(60, { type: 'ended', outcome: 'KILLED', exitCode: 137, reason: 'Killed by alice.' });
    expect(tookMs(view, 999)).toBe(took);
  }
});

it('begins again with each attempt, and keeps the time of a failed statement that is skipped', () => {
  const { view, add } = begin();
  const failure = { type: 'failure', exception: 'E', message: '', traceback: '', then: [], awaitingDecision: true };
  add(5, stop(1, 1));
  add(6, leave(1, 1));
  add(10, { type: 'statement', index: 0, state: 'FAILED', attempt: 1 });
  add(10, failure);
  add(10, { ...stop(1, 2), reason: 'failure', event: 'exception' });
  add(100, leave(1, 2));
  add(100, { type: 'statement', index: 0, state: 'RUNNING', attempt: 2 });
  expect(tookMs(view, 103)).toBe(3000);
  add(104, { type: 'statement', index: 0, state: 'FAILED', attempt: 2 });
  add(200, { type: 'statement', index: 0, state: 'SKIPPED', attempt: 2 });
  expect(tookMs(view, 999)).toBe(4000);
});

it('has no times when the statement restarts with a new text', () => {
  const { view, add } = begin();
  add(10, stop(1, 1, true));
  add(20, leave(1, 1));
  add(20, { type: 'statement', index: 0, state: 'PENDING', attempt: 0 });
  expect(view.statements[0]).toMatchObject({ startedAt: null, pausedMs: 0, pausedSince: null });
});

it('reads the statements of an older version, which had no pauses', () => {
  const { view, add } = begin();
  add(9, { type: 'statement', index: 0, state: 'DONE', attempt: 1 });
  const statements = view.statements.map(({ pausedMs: _ms, pausedSince: _since, ...older }) => older);
  expect(restoreView(JSON.stringify({ ...view, statements }))).toEqual(view);
});
