import type { TraceView } from '@sequencer/model/run-view';
import { describe, expect, it } from 'vitest';
import { codeOf, inOrder, stateOf } from './trace-rows.ts';

function trace(id: number, more: Partial<TraceView> = {}): TraceView {
  return {
    ...{ id, kind: 'THREAD', name: 'n', state: 'RUNNING', thread: null, file: '<script>', line: 2, function: 'f' },
    ...{ since: '2026-11-29T18:25:00Z', sampled: false, busyAt: null, prompt: null, frozenTasks: 0 },
    ...more,
  };
}
const stack = [{ file: '/lib/acu.py', line: 7, function: 'go_to', variables: [] }];
const since = '2026-11-29T18:25:00Z';
const prompt = { number: 1, event: 'line', reason: 'pause', stack, since, breakpoint: null, exception: null };

describe('the rows of threads and tasks', () => {
  it('have each thread before its tasks', () => {
    const traces = [trace(1), trace(2), trace(3, { thread: 1 }), trace(4, { thread: 2 }), trace(5, { thread: 1 })];
    expect(inOrder(traces).map(({ id }) => id)).toEqual([1, 3, 5, 2, 4]);
  });

  it('have tasks whose thread has ended', () => {
    expect(inOrder([trace(4, { thread: 2 })]).map(({ id }) => id)).toEqual([4]);
  });

  it('name the stopped task that blocks others of its thread', () => {
    const traces = [trace(1), trace(2, { thread: 1, state: 'PAUSED', prompt }), trace(3)];
    expect(traces.map((t) => stateOf(t, traces, Date.parse(since)).text)).toEqual([
      'waits for T2',
      'paused',
      'running',
    ]);
  });

  it('name a busy loop, until the trace waits again', () => {
    const busy = trace(1, { busyAt: since });
    const text = (seconds: number) => stateOf(busy, [busy], Date.parse(since) + 1000 * seconds).text;
    expect([text(1), text(3)]).toEqual(['busy loop', 'running']);
    const paused = { ...busy, state: 'PAUSED' as const, prompt };
    expect(stateOf(paused, [paused], Date.parse(since)).text).toBe('paused');
  });

  it('have the line of the script, or the call in a library', () => {
    expect(codeOf(trace(1), ['a', '  b()'])).toBe('b()');
    expect(codeOf(trace(1, { file: '/lib/acu.py', prompt }), ['a'])).toBe('in go_to');
    expect(codeOf(trace(1, { line: null }), ['a'])).toBe('');
  });
});
