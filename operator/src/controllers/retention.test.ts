import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { KUBERNETES_PHASES, isFinalKubernetesPhase, type KubernetesPhase } from '@sequencer/model/kubernetes/enums';
import { retentionOf } from './retention.ts';

const NOW = Date.parse('2026-11-24T20:00:00Z');

function run(index: number, phase: KubernetesPhase, secondsAgo: number): SequencerRun {
  return {
    apiVersion: 'sequencer.dev/v1alpha1',
    kind: 'SequencerRun',
    metadata: {
      name: `run-${String(index)}`,
      namespace: 'test',
      uid: `uid-${String(index)}`,
      resourceVersion: '1',
      creationTimestamp: '2026-11-01T00:00:00Z',
    },
    spec: {
      sequencer: 'satp1',
      arguments: [],
      desiredState: 'Queued',
      startPaused: false,
      holdOnFailure: false,
      startAt: 0,
      timeoutSeconds: 0,
    },
    status: {
      phase,
      ...(isFinalKubernetesPhase(phase) && { finishedAt: new Date(NOW - secondsAgo * 1000).toISOString() }),
    },
  };
}

test('deletes only ended runs, the oldest first, until the rest is within both limits', () => {
  const some = fc.array(fc.tuple(fc.constantFrom(...KUBERNETES_PHASES), fc.nat(1000)), { maxLength: 30 });
  fc.assert(
    fc.property(some, fc.nat(10), fc.nat(1000), (list, keepRuns, ttlSecondsAfterFinished) => {
      const runs = list.map(([phase, ago], index) => run(index, phase, ago));
      const { expired, nextIn } = retentionOf(runs, { keepRuns, ttlSecondsAfterFinished }, NOW);
      expect(expired.every(({ status }) => isFinalKubernetesPhase(status?.phase))).toBe(true);
      const kept = runs.filter((one) => isFinalKubernetesPhase(one.status?.phase) && !expired.includes(one));
      expect(kept.length).toBeLessThanOrEqual(keepRuns);
      const age = (one: SequencerRun) => NOW - Date.parse(one.status?.finishedAt ?? '');
      for (const one of kept) {
        expect(age(one)).toBeLessThan(ttlSecondsAfterFinished * 1000);
        if (expired.length > 0) expect(age(one)).toBeLessThanOrEqual(Math.max(...expired.map(age)));
      }
      // After nextIn, at least one more run has expired.
      expect(nextIn === undefined).toBe(kept.length === 0);
      if (nextIn !== undefined) {
        const later = retentionOf(kept, { keepRuns, ttlSecondsAfterFinished }, NOW + nextIn);
        expect(later.expired.length).toBeGreaterThan(0);
      }
    }),
  );
});

test('takes the pods of older ended runs, once these are recorded', () => {
  const runs = [5, 40, 10, 30, 20].map((secondsAgo, index) => run(index, 'Succeeded', secondsAgo));
  const [, oldest] = runs;
  if (oldest) oldest.metadata.finalizers = ['sequencer.dev/outcome'];
  const history = { keepRuns: 4, keepPods: 1, ttlSecondsAfterFinished: 1000 };
  const namesOf = (list: SequencerRun[]) => list.map(({ metadata }) => metadata.name);
  expect(namesOf(retentionOf(runs, history, NOW).withoutPod)).toEqual(['run-2', 'run-4', 'run-3']);
  const more = { ...history, keepRuns: 50 };
  expect(namesOf(retentionOf(runs, more, NOW).withoutPod)).toEqual(['run-2', 'run-4', 'run-3']);
  expect(retentionOf(runs, { keepRuns: 50, ttlSecondsAfterFinished: 1000 }, NOW).withoutPod).toEqual([]);
});

test('orders runs that ended in the same second by their numbers', () => {
  const runs = [1, 3, 2].map((number) => {
    const one = run(number, 'Succeeded', 5);
    return { ...one, status: { ...one.status, number } };
  });
  const { withoutPod } = retentionOf(runs, { keepRuns: 9, keepPods: 1, ttlSecondsAfterFinished: 1000 }, NOW);
  expect(withoutPod.map(({ metadata }) => metadata.name)).toEqual(['run-2', 'run-1']);
});
