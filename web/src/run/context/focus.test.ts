import { emptyView, type PromptView, type RunView, type TraceView } from '@sequencer/model/run-view';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, shallowRef } from 'vue';
import { useFocus, type Focus } from './focus.ts';

const scope = effectScope();
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const AT = '2026-11-29T18:25:00Z';

function prompt(number: number, reason: string): PromptView {
  const stack = [{ file: '<script>', line: 1, function: '<module>', variables: [] }];
  return { number, event: 'line', reason, stack, since: AT, breakpoint: null, exception: null };
}

/** A run whose traces stop and resume as the test requests. */
class Run {
  readonly view = emptyView();
  readonly #shown = shallowRef<{ view: RunView }>({ view: this.view });
  readonly focus: Focus;
  #prompts = 0;

  constructor(...kinds: TraceView['kind'][]) {
    this.view.traces = kinds.map((kind, index) => ({
      ...{ id: index + 1, kind, name: 'n', state: 'RUNNING' as const, thread: kind === 'TASK' ? 1 : null },
      ...{
        file: '<script>',
        line: 1,
        function: '<module>',
        since: AT,
        ...{ sampled: false, busyAt: null, prompt: null, frozenTasks: 0 },
      },
    }));
    this.focus = scope.run(() => useFocus(this.#shown)) as Focus;
  }

  set(id: number, state: TraceView['state'], reason = 'pause'): void {
    const trace = this.view.traces[id - 1];
    if (!trace) throw new Error('no such trace');
    trace.state = state;
    trace.prompt = state === 'PAUSED' ? prompt(++this.#prompts, reason) : null;
    this.#shown.value = { view: this.view };
  }

  pause(state: 'pending' | 'paused' | 'none'): void {
    this.view.pause = { ...this.view.pause, state };
    this.#shown.value = { view: this.view };
  }

  get at(): number | undefined {
    return this.focus.trace.value?.id;
  }
}

describe('the focus', () => {
  it('stays off a thread that a pause stops first, while the main thread runs', () => {
    const run = new Run('THREAD', 'THREAD');
    run.pause('pending');
    run.set(2, 'PAUSED');
    expect(run.at).toBeUndefined();
    run.set(1, 'PAUSED');
    expect(run.at).toBe(1);
    run.pause('paused');
    expect(run.at).toBe(1);
  });

  it('is on the other thread if the user selects it during the pause', () => {
    const run = new Run('THREAD', 'THREAD');
    run.pause('pending');
    run.set(2, 'PAUSED');
    run.focus.selectAdjacent(1);
    expect(run.at).toBe(2);
    run.set(1, 'PAUSED');
    run.pause('paused');
    expect(run.at).toBe(2);
  });

  it('is on a task that blocks the main thread', () => {
    const run = new Run('THREAD', 'TASK', 'THREAD');
    run.pause('pending');
    run.set(3, 'PAUSED');
    expect(run.at).toBeUndefined();
    run.set(2, 'PAUSED');
    expect(run.at).toBe(2);
  });

  it('moves to a thread that reaches a breakpoint, and stays there while others stop', () => {
    const run = new Run('THREAD', 'THREAD', 'THREAD');
    run.set(3, 'PAUSED', 'breakpoint');
    expect(run.at).toBe(3);
    run.set(1, 'PAUSED', 'breakpoint');
    run.set(2, 'PAUSED', 'breakpoint');
    expect(run.at).toBe(3);
  });

  it('waits for a step, however long it takes, but not past a breakpoint of another thread', () => {
    const run = new Run('THREAD', 'THREAD', 'THREAD');
    run.set(1, 'PAUSED', 'breakpoint');
    run.set(2, 'PAUSED', 'breakpoint');
    run.focus.markStepping();
    // A repaint before the step is confirmed.
    run.pause('none');
    run.set(1, 'RUNNING');
    expect(run.focus.isStepping.value).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(run.focus.isStepping.value).toBe(false);
    expect(run.at).toBeUndefined();
    run.set(1, 'PAUSED', 'step');
    expect(run.at).toBe(1);
    run.focus.markStepping();
    run.set(1, 'RUNNING');
    vi.advanceTimersByTime(1000);
    run.set(3, 'PAUSED', 'breakpoint');
    expect(run.at).toBe(3);
    run.set(1, 'PAUSED', 'step');
    expect(run.at).toBe(3);
  });

  it('moves to another stopped thread when its own continues or ends', () => {
    const run = new Run('THREAD', 'THREAD', 'THREAD');
    run.set(1, 'PAUSED', 'breakpoint');
    run.set(2, 'PAUSED', 'breakpoint');
    run.set(3, 'PAUSED', 'breakpoint');
    run.set(1, 'RUNNING');
    expect(run.at).toBeUndefined();
    vi.advanceTimersByTime(1000);
    expect(run.at).toBe(2);
    run.focus.markStepping();
    run.set(2, 'ENDED');
    vi.advanceTimersByTime(1000);
    expect(run.at).toBe(3);
  });

  it('forgets a selected thread when all continue', () => {
    const run = new Run('THREAD', 'THREAD');
    run.set(1, 'PAUSED');
    run.set(2, 'PAUSED');
    run.focus.select(2);
    run.set(1, 'RUNNING');
    run.set(2, 'RUNNING');
    vi.advanceTimersByTime(1000);
    run.pause('pending');
    run.set(2, 'PAUSED');
    expect(run.at).toBeUndefined();
  });
});
