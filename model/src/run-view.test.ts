import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import golden from '../golden/run.json' with { type: 'json' };
import { EVENT_TYPES, readEvent, type AnyEvent } from './events.ts';
import { applyEvent, emptyView, phaseOf, reasonOf, skipEvent, type RunView } from './run-view.ts';

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
  test('has an event of most types', () => {
    const seen = new Set(events.map((event) => event.type));
    expect(EVENT_TYPES.filter((type) => !seen.has(type))).toEqual(['traceEnded', 'stopping', 'breakpoints']);
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

test('a stop at the next statement can be taken back, other levels cannot', () => {
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
