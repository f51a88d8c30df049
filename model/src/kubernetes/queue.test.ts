import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextRun } from '../queue.ts';
import { ANNOTATIONS } from './names.ts';
import { byPlace, placeOf, waitingRuns } from './queue.ts';
import type { SequencerRun } from './sequencer-run.ts';
import { PHASE_WORDS, isFinalWord } from './words.ts';

interface More {
  place?: number;
  moved?: string;
  created?: string;
  submitted?: string;
  version?: string;
}

function run(name: string, more: More = {}): SequencerRun {
  return {
    apiVersion: 'sequencer.dev/v1alpha1',
    kind: 'SequencerRun',
    metadata: {
      name,
      namespace: 'test',
      uid: `uid-${name}`,
      resourceVersion: more.version ?? '1',
      generation: 1,
      creationTimestamp: more.created ?? '2026-11-24T20:00:00Z',
      annotations: {
        ...(more.moved !== undefined && { [ANNOTATIONS.place]: more.moved }),
        ...(more.submitted !== undefined && { [ANNOTATIONS.submittedAt]: more.submitted }),
      },
    },
    spec: {
      sequencer: 'satp1',
      desiredState: 'Queued',
      arguments: [],
      startPaused: false,
      holdOnFailure: false,
      startAt: 0,
      timeoutSeconds: 0,
    },
    status: { ...(more.place !== undefined && { place: more.place }) },
  };
}

const names = (runs: SequencerRun[]) => runs.sort(byPlace).map(({ metadata }) => metadata.name);

test('the order is that of places; moved runs go where they were moved', () => {
  expect(names([run('a', { place: 3 }), run('b', { place: 1 }), run('c', { place: 2 })])).toEqual(['b', 'c', 'a']);
  expect(names([run('a', { place: 1 }), run('b', { place: 2 }), run('c', { place: 3, moved: '1.5' })])).toEqual([
    'a',
    'c',
    'b',
  ]);
});

test('a place that is no number is as none', () => {
  for (const moved of ['', ' ', 'first', 'NaN', 'Infinity']) expect(placeOf(run('a', { place: 7, moved }))).toBe(7);
});

test('without a place, the older comes first, after those with one', () => {
  expect(
    names([run('new', { created: '2026-11-24T20:00:01Z' }), run('old'), run('alike'), run('placed', { place: 9 })]),
  ).toEqual(['placed', 'alike', 'old', 'new']);
});

test('within a second the order is that of the submissions, or else of the changes', () => {
  expect(
    names([run('a', { submitted: '2026-11-24T20:00:00.700Z' }), run('b', { submitted: '2026-11-24T20:00:00.200Z' })]),
  ).toEqual(['b', 'a']);
  expect(names([run('a', { version: '1001' }), run('b', { version: '999' })])).toEqual(['b', 'a']);
});

test('the order does not depend on how the runs come', () => {
  const arbitrary = fc.array(
    fc.record({ place: fc.option(fc.nat(5), { nil: undefined }), moved: fc.option(fc.constantFrom('1', '2.5', 'x')) }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(arbitrary, fc.infiniteStream(fc.nat()), (list, random) => {
      const runs = list.map(({ place, moved }, index) =>
        run(`r${String(index)}`, { ...(place !== undefined && { place }), ...(moved !== null && { moved }) }),
      );
      const keyed = runs.map((value) => ({ value, key: random.next().value as number }));
      const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
      expect(names(shuffled)).toEqual(names([...runs]));
    }),
  );
});

test('only what waits is in the queue', () => {
  for (const phase of PHASE_WORDS) {
    const one = run('a');
    one.status = { phase };
    expect(waitingRuns([one], undefined)).toHaveLength(phase === 'Queued' ? 1 : 0);
    if (isFinalWord(phase)) expect(phase).not.toBe('Queued');
  }
  const cancelled = run('a');
  cancelled.spec.desiredState = 'Cancelled';
  const deleted = run('b');
  deleted.metadata.deletionTimestamp = '2026-11-24T20:00:00Z';
  expect(waitingRuns([cancelled, deleted], undefined)).toEqual([]);
});

test('a hold takes back what was to start by itself, until it is asked again', () => {
  const asked = run('a', { place: 1 });
  asked.spec.desiredState = 'Running';
  const hold = {
    run: 'bad',
    outcome: 'Failed',
    since: '2026-11-24T20:00:00Z',
    runs: [{ uid: 'uid-a', generation: 1 }],
  } as const;
  const held = { ...hold, runs: [...hold.runs] };
  expect(nextRun('OFF', false, waitingRuns([asked], undefined))?.id).toBe('uid-a');
  expect(nextRun('OFF', false, waitingRuns([asked], held))).toBeNull();
  expect(nextRun('QUEUE', false, waitingRuns([asked], held))?.id).toBe('uid-a');
  asked.metadata.generation = 3;
  expect(nextRun('OFF', false, waitingRuns([asked], held))?.id).toBe('uid-a');
});
