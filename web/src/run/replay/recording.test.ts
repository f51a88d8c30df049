import type { RunEvent } from '@sequencer/model/events';
import { applyEvent } from '@sequencer/model/fold';
import { emptyView, type RunView } from '@sequencer/model/run-view';
import { describe, expect, it } from 'vitest';
import { PAGE, Recording } from './recording.ts';

const BEGIN = Date.parse('2026-11-24T04:00:00Z');

/** A run whose statements run many lines each, with output; an event every millisecond. */
function record(statements: number, linesEach: number): RunEvent[] {
  const events: RunEvent[] = [];
  const add = (event: Record<string, unknown>) => {
    const seq = events.length + 1;
    events.push({ ...event, seq, at: new Date(BEGIN + seq).toISOString() } as unknown as RunEvent);
  };
  const spans = Array.from({ length: statements }, (_, index) => ({
    index,
    firstLine: index + 1,
    lastLine: index + 1,
  }));
  add({ type: 'started', statements: spans, pid: 1, hostname: 'h', python: '3', packages: {} });
  add({ type: 'traceStarted', trace: 1, kind: 'THREAD', name: 'MainThread' });
  for (let index = 0; index < statements; index++) {
    add({ type: 'statement', index, state: 'RUNNING', attempt: 1 });
    for (let n = 0; n < linesEach; n++) {
      add({ type: 'line', trace: 1, file: '<script>', line: index + 1, function: '<module>' });
      add({ type: 'output', stream: 'STDOUT', text: `${String(n)}\n` });
    }
    add({ type: 'statement', index, state: 'DONE', attempt: 1 });
  }
  add({ type: 'traceEnded', trace: 1 });
  add({ type: 'ended', outcome: 'SUCCEEDED', exitCode: 0, reason: '' });
  return events;
}

function recordingOf(events: readonly RunEvent[]) {
  const reads: { types: readonly string[] | null; first: number }[] = [];
  const recording = new Recording((after, types, first) => {
    reads.push({ types, first });
    const found = types
      ? events.filter((e) => e.seq > after && types.includes(e.type)).slice(0, first)
      : events.slice(after, after + first);
    return Promise.resolve(found);
  }, events.length);
  return { recording, reads };
}

function folded(events: readonly RunEvent[], seq: number): RunView {
  const view = emptyView();
  for (const event of events) if (event.seq <= seq) applyEvent(view, event);
  return view;
}

describe('a moment of a record', () => {
  const events = record(3000, 5);
  const { recording, reads } = recordingOf(events);

  it('is found by its time', async () => {
    for (const seq of [1, 2, 777, 20_000, events.length]) expect(await recording.seqAt(BEGIN + seq)).toBe(seq);
    expect(await recording.seqAt(BEGIN - 5)).toBe(0);
    expect(await recording.seqAt(BEGIN + 1e9)).toBe(events.length);
  });

  it('equals a fold of all events before it, forwards and backwards', async () => {
    for (const seq of [events.length, 30_011, 17, 1, 12_345, 12_346, 0]) {
      expect(await recording.viewAt(seq)).toEqual(folded(events, seq));
    }
  });

  it('takes few reads, and fewer near an earlier moment', async () => {
    reads.length = 0;
    await recording.viewAt(30_000);
    const near = reads.length;
    expect(near).toBeLessThanOrEqual(4);
    reads.length = 0;
    const fresh = recordingOf(events);
    await fresh.recording.seqAt(BEGIN + 30_000);
    expect(fresh.reads.length).toBeLessThanOrEqual(17);
    await fresh.recording.viewAt(30_000);
    expect(fresh.reads.every((read) => read.first <= PAGE)).toBe(true);
  });
});

it('reads only state events until shortly before the moment', async () => {
  const events = record(2, 10_000);
  const { recording, reads } = recordingOf(events);
  const view = await recording.viewAt(30_000);
  expect(view.statements.map((s) => s.state)).toEqual(['DONE', 'RUNNING']);
  expect(view.traces[0]?.line).toBe(2);
  expect(reads.length).toBeLessThanOrEqual(4);
});

it('finds the start of a statement with its first line, also when times are out of order', async () => {
  const events = record(6, 1);
  const shift = (find: (event: RunEvent) => boolean, ms: number) => {
    const event = events.find(find);
    if (event) event.at = new Date(Date.parse(event.at) + ms).toISOString();
  };
  // The end of the previous statement has a later time than the start that follows it.
  shift((e) => e.type === 'statement' && e.index === 3 && e.state === 'DONE', 1);
  const { recording } = recordingOf(events);
  for (const index of [0, 3, 4, 5]) {
    const begins = events.find((e) => e.type === 'statement' && e.index === index && e.state === 'RUNNING');
    const view = await recording.viewAt(await recording.seqAt(Date.parse(begins?.at ?? '')));
    expect([view.statement, view.traces[0]?.line]).toEqual([index, index + 1]);
  }
});
