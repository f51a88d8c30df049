import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import controlled from '../golden/controlled-run.json' with { type: 'json' };
import golden from '../golden/run.json' with { type: 'json' };
import { EVENT_TYPES, readEvent, type AnyEvent } from './events.ts';
import { applyEvent, skipEvent } from './fold.ts';
import { emptyView, phaseOf, reasonOf, restoreView, stopOfUser, blockingTrace, type RunView } from './run-view.ts';

const events: AnyEvent[] = golden.events;

function fold(view: RunView, event: AnyEvent): void {
  const known = readEvent(event);
  if (known) applyEvent(view, known);
  else skipEvent(view, event.seq);
}

function folded(upTo: number): RunView {
  const view = emptyView();
  for (const event of events) if (event.seq <= upTo) fold(view, event);
  return view;
}

describe('the golden run', () => {
  test('and the controlled one have an event of every type', () => {
    const seen = new Set([...events, ...controlled.events].map((event) => event.type));
    expect(EVENT_TYPES.filter((type) => !seen.has(type))).toEqual([]);
  });

  test('goes through its phases, each with its sentence', () => {
    for (const [seq, phase] of Object.entries(golden.phases)) expect(phaseOf(folded(Number(seq)))).toBe(phase);
    for (const [seq, reason] of Object.entries(golden.reasons)) expect(reasonOf(folded(Number(seq)))).toBe(reason);
  });

  test('ends with the cause and the statements as they were', () => {
    const view = folded(24);
    expect(view.statements.map((s) => s.state)).toEqual(['DONE', 'DONE', 'FAILED']);
    expect(view.failure?.line).toBe(6);
    expect(view.exitCode).toBe(1);
    expect(view.droppedBytes).toBe(12);
    expect(view.traces.every((t) => t.state === 'ENDED' && t.prompt === null)).toBe(true);
    expect(reasonOf(view)).toContain('go_to');
  });

  test('stopped at a prompt, a trace shows where and since when', () => {
    const trace = folded(13).traces.find((t) => t.id === 2);
    expect(trace).toMatchObject({ state: 'PAUSED', line: 5, function: 'watch', prompt: { number: 1 } });
  });
});

describe('the controlled run', () => {
  function upTo(seq: number): RunView {
    const view = emptyView();
    for (const event of controlled.events as AnyEvent[]) if (event.seq <= seq) fold(view, event);
    return view;
  }

  test('goes through its phases, each with its sentence', () => {
    for (const [seq, phase] of Object.entries(controlled.phases)) expect(phaseOf(upTo(Number(seq)))).toBe(phase);
    for (const [seq, reason] of Object.entries(controlled.reasons)) expect(reasonOf(upTo(Number(seq)))).toBe(reason);
  });

  test('shows the breakpoint that stopped it, and counts its hits', () => {
    const view = upTo(7);
    expect(view.statements[0]).toMatchObject({ state: 'SKIPPED', attempts: 0 });
    expect(view.statements[1]).toMatchObject({ state: 'RUNNING', startedAt: null });
    expect(upTo(9).statements[1]?.startedAt).toBe('2026-11-24T04:00:02.000Z');
    expect(view.traces[0]?.prompt?.breakpoint).toMatchObject({ line: 2, hits: 1 });
    expect(view.breakpoints.map((b) => b.hits)).toEqual([1, undefined]);
  });

  test('keeps the completed statements when the rest is replaced, and clears a fixed failure', () => {
    expect(upTo(18).failure?.awaitingDecision).toBe(true);
    expect(upTo(18).traces[0]?.prompt?.exception?.type).toBe('RuntimeError');
    const view = upTo(23);
    expect(view.failure).toBeNull();
    expect(view.versions.map((v) => [v.version, v.firstChanged])).toEqual([[2, 1]]);
    expect(view.statements.map((s) => [s.state, s.attempts, s.version])).toEqual([
      ['SKIPPED', 0, 1],
      ['RUNNING', 2, 2],
      ['PENDING', 0, 2],
      ['PENDING', 0, 2],
    ]);
  });

  test('shows questions with their answers, and progress', () => {
    expect(upTo(13).asks[0]).toMatchObject({ question: 'Is the dome open?', answered: null });
    expect(upTo(14).asks[0]?.answered).toMatchObject({ answer: 'yes', by: 'bob' });
    const view = upTo(31);
    expect(view.asks.map((a) => a.answered?.by)).toEqual(['bob', null]);
    expect(view.progress).toMatchObject([{ name: 'scan', done: 3, total: 10 }]);
  });

  test('shows the reaction to a stop, and the operations still running', () => {
    const view = upTo(31);
    expect(view.stops).toMatchObject([
      { level: 'INTERRUPT', escalate: true, reaction: { seconds: 5, reaction: 'none' } },
    ]);
    expect(view.telescope?.agents.map((a) => [a.agent, a.since !== null])).toEqual([
      ['acu1', true],
      ['hwp-supervisor', false],
    ]);
    expect(view.telescope?.problem).toContain('smurf1');
  });

  test('is paused while it is held, also while another thread runs', () => {
    expect(phaseOf({ ...upTo(17), pause: { state: 'none', waitingFor: [], moving: [] } })).toBe('PAUSED');
  });

  test('is restored unchanged, also from the JSON of an older version', () => {
    expect(restoreView(JSON.stringify(upTo(31)))).toEqual(upTo(31));
    const { asks: _asks, progress: _progress, versions: _versions, ...older } = upTo(3);
    expect(restoreView(JSON.stringify(older))).toEqual(upTo(3));
  });
});

test('a run was stopped by a user if the record has a stop by a user, and the outcome of one', () => {
  const stop = (by: string) => ({ level: 'KILL' as const, by, at: '' });
  expect(stopOfUser({ outcome: 'KILLED', stops: [stop('m.olsen')] })?.by).toBe('m.olsen');
  expect(
    stopOfUser({ outcome: 'KILLED', stops: [stop('m.olsen'), stop('the system, after the grace time')] }),
  ).toBeNull();
  expect(stopOfUser({ outcome: 'KILLED', stops: [] })).toBeNull();
  // It finished before the stop took effect.
  expect(stopOfUser({ outcome: 'SUCCEEDED', stops: [stop('m.olsen')] })).toBeNull();
});

test('folding in parts, with events seen twice, gives the same view', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(events.length)), (jumps) => {
      const view = emptyView();
      let sent = 0;
      for (const back of jumps) {
        const from = Math.max(0, sent - back);
        const to = Math.min(events.length, sent + 3);
        for (const event of events.slice(from, to)) fold(view, event);
        sent = to;
      }
      for (const event of events.slice(sent)) fold(view, event);
      expect(view).toEqual(folded(events.length));
    }),
  );
});

test('the reason counts the frozen tasks until they resume or the trace ends', () => {
  const at = '2026-11-24T04:00:01.000Z';
  const view = folded(9);
  applyEvent(view, { seq: 10, at, type: 'tasksFrozen', trace: 2, tasks: 1 });
  expect(reasonOf(view)).toBe(
    'The step of trace 2 is waiting, and 1 other task is frozen. Resume them if the step needs one of them.',
  );
  applyEvent(view, { seq: 11, at, type: 'tasksFrozen', trace: 2, tasks: 3 });
  expect(reasonOf(view)).toContain('3 other tasks are frozen');
  expect(phaseOf(view)).toBe('RUNNING');
  applyEvent(view, { seq: 12, at, type: 'tasksFrozen', trace: 2, tasks: 0 });
  expect(reasonOf(view)).toBeNull();
  applyEvent(view, { seq: 13, at, type: 'tasksFrozen', trace: 2, tasks: 3 });
  applyEvent(view, { seq: 14, at, type: 'traceEnded', trace: 2 });
  expect(reasonOf(view)).toBeNull();
});

test('a stopped trace blocks the other tasks of its thread', () => {
  const [, watcher] = folded(14).traces;
  if (!watcher?.prompt) throw new Error('the second trace is not at a prompt');
  const task = { ...watcher, id: 3, kind: 'TASK' as const, thread: 2, state: 'RUNNING' as const, prompt: null };
  const elsewhere = { ...task, id: 4, thread: 1 };
  const traces = [watcher, task, elsewhere];
  expect(traces.map((trace) => blockingTrace(traces, trace)?.id ?? null)).toEqual([null, 2, null]);
  const stopped = { ...task, state: 'PAUSED' as const, prompt: watcher.prompt };
  const loop = { ...watcher, state: 'RUNNING' as const, prompt: null };
  expect(blockingTrace([loop, stopped], loop)?.id).toBe(3);
});

test('counts the hits of a log point, and not of other breakpoints on its line', () => {
  const at = '2026-11-24T04:00:01.000Z';
  const view = folded(9);
  const point = { file: '<script>', line: 2, enabled: true, hits: 0 };
  applyEvent(view, { seq: 10, at, type: 'breakpoints', breakpoints: [point, { ...point, logMessage: 'x is {x}' }] });
  applyEvent(view, { seq: 11, at, type: 'logged', trace: 1, file: '<script>', line: 2, text: 'x is 1', hits: 7 });
  expect(view.breakpoints.map((b) => b.hits)).toEqual([0, 7]);
});

test('a stop at the next statement can be cancelled, other levels cannot', () => {
  const view = folded(9);
  const at = '2026-11-24T04:00:01.000Z';
  applyEvent(view, { seq: 10, at, type: 'stopping', level: 'REQUEST', by: 'alice' });
  expect(phaseOf(view)).toBe('STOPPING');
  applyEvent(view, { seq: 11, at, type: 'stopping', level: null, by: 'alice' });
  expect(phaseOf(view)).toBe('RUNNING');
  applyEvent(view, { seq: 12, at, type: 'stopping', level: 'INTERRUPT', by: 'alice' });
  applyEvent(view, { seq: 13, at, type: 'stopping', level: null, by: 'alice' });
  expect(phaseOf(view)).toBe('STOPPING');
  expect(reasonOf(view)).toBe('Stopping: interrupted by alice.');
});

test('a run with a million traces keeps a bounded view', () => {
  const view = folded(2);
  let seq = 2;
  const at = '2026-11-24T04:00:01.000Z';
  for (let trace = 2; trace < 1000; trace++) {
    applyEvent(view, { seq: ++seq, at, type: 'traceStarted', trace, kind: 'TASK', name: `t${trace}`, thread: 1 });
    applyEvent(view, { seq: ++seq, at, type: 'traceEnded', trace });
  }
  expect(view.traces.length).toBeLessThan(60);
  expect(view.traces[0]?.id).toBe(1);
});

describe('in every prefix of the events, phase and reason agree', () => {
  function agree(view: RunView): void {
    const phase = phaseOf(view);
    const reason = reasonOf(view) ?? '';
    const prompts = view.traces.flatMap((trace) => trace.prompt ?? []).toSorted((a, b) => a.number - b.number);
    const last = prompts.at(-1)?.reason;
    if (phase === 'PAUSED') expect(reason).toMatch(/^(Paused|Held)/);
    if (/^Paused/.test(reason))
      expect({ phase, prompts: prompts.length > 0 }).toEqual({ phase: 'PAUSED', prompts: true });
    if (reason === 'Paused on request.') expect(last).toBe('pause');
    if (reason === 'Paused after a step.') expect(last).toBe('step');
    if (/^Held/.test(reason)) expect(view.failure?.awaitingDecision).toBe(true);
    if (/^Pausing/.test(reason)) expect([phase, view.pause.state]).toEqual(['RUNNING', 'pending']);
  }

  test.each([
    ['golden', golden.events],
    ['controlled', controlled.events],
  ])('of the %s run', (_, all) => {
    const view = emptyView();
    for (const event of all as AnyEvent[]) {
      fold(view, event);
      agree(view);
    }
  });

  test('during and after a long step', () => {
    const seen: (string | null)[][] = [];
    const view = emptyView();
    let seq = 0;
    const at = '2026-11-24T04:00:00.000Z';
    const add = (event: object) => {
      fold(view, { seq: ++seq, at, ...event } as AnyEvent);
      seen.push([phaseOf(view), reasonOf(view)]);
    };
    const stack = [{ file: '<script>', line: 1, function: '<module>', variables: [] }];
    add({ type: 'started', statements: [], pid: 1, hostname: 'h', python: '3', packages: {} });
    add({ type: 'traceStarted', trace: 1, kind: 'THREAD', name: 'MainThread' });
    add({ type: 'prompt', trace: 1, number: 1, reason: 'start', event: 'line', stack });
    add({ type: 'pause', state: 'paused', waitingFor: [] });
    add({ type: 'resumed', trace: 1, number: 1, command: 'NEXT' });
    add({ type: 'prompt', trace: 1, number: 2, reason: 'step', event: 'line', stack });
    expect(seen.slice(2)).toEqual([
      ['RUNNING', null],
      ['PAUSED', 'Paused before the first line, as requested.'],
      ['RUNNING', null],
      ['PAUSED', 'Paused after a step.'],
    ]);
  });

  test('for any events', () => {
    const at = '2026-11-24T04:00:00.000Z';
    const stack = [{ file: '<script>', line: 1, function: '<module>', variables: [] }];
    const trace = fc.integer({ min: 1, max: 3 });
    const anyEvent = fc.oneof(
      fc.record({
        type: fc.constant('prompt'),
        trace,
        reason: fc.constantFrom('start', 'pause', 'step', 'breakpoint', 'failure'),
      }),
      fc.record({ type: fc.constant('resumed'), trace, command: fc.constantFrom('NEXT', 'CONTINUE') }),
      fc.record({ type: fc.constant('pause'), state: fc.constantFrom('pending', 'paused', 'none') }),
      fc.record({ type: fc.constant('traceEnded'), trace }),
      fc.constant({ type: 'failure', exception: 'E', message: 'm', traceback: '', then: [], awaitingDecision: true }),
      fc.record({ type: fc.constant('decision'), action: fc.constantFrom('RETRY', 'STOP') }),
      fc.record({ type: fc.constant('stopping'), level: fc.constantFrom('REQUEST', null) }),
    );
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (script) => {
        const view = emptyView();
        let seq = 0;
        let number = 0;
        const add = (event: object) => {
          fold(view, { seq: ++seq, at, ...event } as AnyEvent);
        };
        add({ type: 'started', statements: [], pid: 1, hostname: 'h', python: '3', packages: {} });
        for (const id of [1, 2, 3]) add({ type: 'traceStarted', trace: id, kind: 'THREAD', name: 'a thread' });
        for (const event of script) {
          const stopped = 'trace' in event ? view.traces.find((t) => t.id === event.trace)?.prompt : undefined;
          if (event.type === 'prompt') add({ ...event, number: ++number, event: 'line', stack });
          else if (event.type === 'resumed') add({ ...event, number: stopped?.number ?? number + 1 });
          else add({ ...event, by: 'alice', waitingFor: [] });
          agree(view);
        }
      }),
      { numRuns: 500 },
    );
  });
});
