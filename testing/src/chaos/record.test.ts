import { describe, expect, test } from 'vitest';
import { compare, type Left, type Recorded } from './record.ts';

/** The traces of a run without faults. */
function whole(): Left {
  const events: Recorded[] = [];
  const add = (type: string, data: object) => events.push({ seq: events.length + 1, type, data: JSON.stringify(data) });
  const print = (text: string) => add('output', { stream: 'STDOUT', text });
  add('started', {});
  for (const [index, line] of [1, 2, 3, 4, 9, 10, 11].entries()) {
    add('statement', { index, state: 'RUNNING', attempt: 1 });
    add('line', { line });
    if (line === 2) print('begun 100.5\n');
    for (let i = 0; line === 4 && i < 30; i++) {
      for (const inner of [5, 6, 7]) add('line', { line: inner });
      print(`${i}\n`);
      for (const inner of [8, 4]) add('line', { line: inner });
    }
    if (line === 10) print(`wrote ${[...Array(30).keys()].join(' ')} \n`);
    if (line === 11) print('ended 103.5\n');
    add('statement', { index, state: 'DONE', attempt: 1 });
  }
  add('ended', { outcome: 'SUCCEEDED' });
  const log = events.map(({ type, data }) => (type === 'output' ? (JSON.parse(data) as { text: string }).text : ''));
  return {
    name: 'one-1',
    phase: 'Succeeded',
    shown: 'SUCCEEDED',
    lastSeq: events.length,
    events,
    log: log.join(''),
    killed: false,
  };
}

const numbered = (events: Recorded[]) => events.map((event, index) => ({ ...event, seq: index + 1 }));
const indexOf = ({ events }: Left, type: string, part: string) =>
  events.findIndex((event) => event.type === type && event.data.includes(part));

test('finds no faults in a complete run, and reads its start and end', () => {
  expect(compare(whole())).toEqual({ faults: [], lost: 0, doubled: 0, unsent: 0, begun: 100.5, ended: 103.5 });
});

describe.each(['output', 'line', 'statement'] as const)('an event of type %s', (type) => {
  const parts = { output: '"17\\n"', line: '"line":7', statement: '"index":3,"state":"RUNNING"' };

  test('is reported when it is missing', () => {
    const left = whole();
    left.events.splice(indexOf(left, type, parts[type]), 1);
    expect(compare(left)).toMatchObject({ lost: 2, doubled: 0 });
    // Also if the sequence numbers have no gap.
    const hidden = { ...left, events: numbered(left.events), lastSeq: left.events.length };
    expect(compare(hidden)).toMatchObject({ lost: 1, doubled: 0 });
  });

  test('is reported when it occurs twice', () => {
    const left = whole();
    const index = indexOf(left, type, parts[type]);
    left.events.splice(index, 0, left.events[index]!);
    expect(compare(left)).toMatchObject({ lost: 0, doubled: 2 });
    const hidden = { ...left, events: numbered(left.events), lastSeq: left.events.length };
    expect(compare(hidden)).toMatchObject({ lost: 0, doubled: 1 });
  });
});

test('reports a record that ends early, unless its runner was killed', () => {
  const left = whole();
  left.events = left.events.slice(0, 100);
  left.lastSeq = 100;
  expect(compare(left).lost).toBeGreaterThan(100);
  const killed = { ...left, phase: 'Killed', shown: 'KILLED', killed: true } as const;
  expect(compare(killed)).toMatchObject({ faults: [], lost: 0, doubled: 0 });
  expect(compare(killed).unsent).toBeGreaterThan(10);
  // A gap is reported nevertheless.
  killed.events.splice(indexOf(left, 'output', '"5\\n"'), 1);
  expect(compare(killed)).toMatchObject({ lost: 2, doubled: 0 });
});

test('reports a script that ran twice, a file that differs from the output, and wrong phases', () => {
  const left = whole();
  expect(compare({ ...left, log: left.log + left.log }).doubled).toBeGreaterThan(30);
  expect(compare({ ...left, log: left.log.replace(' 12 ', ' ') }).faults).toHaveLength(2);
  expect(compare({ ...left, phase: 'Lost', shown: 'LOST' }).faults).toEqual([
    'one-1 is Lost, which is not what happened',
  ]);
  expect(compare({ ...left, shown: 'FAILED' }).faults).toEqual(['one-1 is Succeeded, but shown as FAILED']);
  const noEnd = left.events.slice(0, -1);
  expect(compare({ ...left, events: noEnd, lastSeq: noEnd.length }).faults).toEqual([
    'one-1 did not report that it had succeeded',
  ]);
});
