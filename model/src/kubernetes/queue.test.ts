import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextRun } from '../queue.ts';
import { ANNOTATIONS } from './names.ts';
import { byPlace, placeOf, waitingRuns } from './queue.ts';
import type { SequencerRun } from './sequencer-run.ts';
import { KUBERNETES_PHASES, isFinalKubernetesPhase } from './enums.ts';

const now = new Date('2026-06-01T12:00:00Z');

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

test('sorts runs by place, and by the annotation for moved runs', () => {
  expect(names([run('a', { place: 3 }), run('b', { place: 1 }), run('c', { place: 2 })])).toEqual(['b', 'c', 'a']);
  expect(names([run('a', { place: 1 }), run('b', { place: 2 }), run('c', { place: 3, moved: '1.5' })])).toEqual([
    'a',
    'c',
    'b',
  ]);
});

test('ignores an annotation that is not a number', () => {
  for (const moved of ['', ' ', 'first', 'NaN', 'Infinity']) expect(placeOf(run('a', { place: 7, moved }))).toBe(7);
});

test('sorts runs without a place by creation, after those with one', () => {
  expect(
    names([run('new', { created: '2026-11-24T20:00:01Z' }), run('old'), run('equal'), run('placed', { place: 9 })]),
  ).toEqual(['placed', 'equal', 'old', 'new']);
});

test('sorts runs of the same second by submission time, or else by resourceVersion', () => {
  expect(
    names([run('a', { submitted: '2026-11-24T20:00:00.700Z' }), run('b', { submitted: '2026-11-24T20:00:00.200Z' })]),
  ).toEqual(['b', 'a']);
  expect(names([run('a', { version: '1001' }), run('b', { version: '999' })])).toEqual(['b', 'a']);
});

test('sorts independently of the input order', () => {
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

test('includes only queued runs that are not cancelled or being deleted', () => {
  for (const phase of KUBERNETES_PHASES) {
    const one = run('a');
    one.status = { phase };
    expect(waitingRuns([one], undefined)).toHaveLength(phase === 'Queued' ? 1 : 0);
    if (isFinalKubernetesPhase(phase)) expect(phase).not.toBe('Queued');
  }
  const cancelled = run('a');
  cancelled.spec.desiredState = 'Cancelled';
  const deleted = run('b');
  deleted.metadata.deletionTimestamp = '2026-11-24T20:00:00Z';
  expect(waitingRuns([cancelled, deleted], undefined)).toEqual([]);
});

test('a hold cancels a requested start until the run is changed again', () => {
  const requested = run('a', { place: 1 });
  requested.spec.desiredState = 'Running';
  const hold = {
    run: 'failed',
    outcome: 'Failed',
    since: '2026-11-24T20:00:00Z',
    runs: [{ uid: 'uid-a', generation: 1 }],
  } as const;
  const held = { ...hold, runs: [...hold.runs] };
  expect(nextRun('OFF', false, waitingRuns([requested], undefined), now)?.id).toBe('uid-a');
  expect(nextRun('OFF', false, waitingRuns([requested], held), now)).toBeNull();
  expect(nextRun('QUEUE', false, waitingRuns([requested], held), now)?.id).toBe('uid-a');
  requested.metadata.generation = 3;
  expect(nextRun('OFF', false, waitingRuns([requested], held), now)?.id).toBe('uid-a');
});

test('an edit of a held run does not start it', () => {
  const requested = run('a', { place: 1 });
  requested.spec.desiredState = 'Running';
  requested.status = { place: 1, request: { desiredState: 'Running', generation: 1 } };
  const held = { runs: [{ uid: 'uid-a', generation: 1 }] };
  requested.metadata.generation = 2;
  requested.spec.script = 'print(2)';
  expect(nextRun('OFF', false, waitingRuns([requested], held), now)).toBeNull();
  requested.status.request = { desiredState: 'Queued', generation: 3 };
  requested.metadata.generation = 4;
  expect(nextRun('OFF', false, waitingRuns([requested], held), now)?.id).toBe('uid-a');
});

test('passes on holds, windows and resources', () => {
  const one = run('a');
  one.spec.desiredState = 'Held';
  one.spec.window = { notBefore: '2026-06-01t22:00:00z', notAfter: '2026-06-02T01:10:00+02:00' };
  one.spec.resources = ['laser'];
  expect(waitingRuns([one], undefined)).toEqual([
    {
      id: 'uid-a',
      start: 'QUEUED',
      onHold: true,
      resources: ['laser'],
      notBefore: new Date('2026-06-01T22:00:00Z'),
      notAfter: new Date('2026-06-01T23:10:00Z'),
    },
  ]);
});
