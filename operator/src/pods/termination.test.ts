import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pod, PodStatus } from '@sequencer/kubernetes/objects';
import type { Metadata } from '@sequencer/model/kubernetes/metadata';
import { endingOf, isDown, untilDown } from './termination.ts';

const NOW = Date.parse('2026-11-24T20:10:00Z');
const times = { startedAt: '2026-11-24T20:00:00Z', finishedAt: '2026-11-24T20:05:00Z' };

function pod(status: PodStatus, metadata: Partial<Metadata> = {}, nodeName: string | null = 'n1'): Pod {
  const base = {
    name: 'run',
    namespace: 'test',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-11-24T20:00:00Z',
  };
  const spec = nodeName === null ? {} : { nodeName };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...base, ...metadata }, spec, status };
}

const runner = (state: object): PodStatus => ({ containerStatuses: [{ name: 'runner', state }] });
const running = { phase: 'Running', ...runner({ running: { startedAt: times.startedAt } }) } as const;
const forced = (at: string) => ({ deletionTimestamp: at, deletionGracePeriodSeconds: 0 });

test('while the container runs there is no end, whatever was wanted and however long ago', () => {
  for (const wanted of [true, false]) {
    expect(endingOf({}, pod(running), wanted, NOW)).toBeNull();
    const deleted = { deletionTimestamp: '2026-11-24T20:05:00Z', deletionGracePeriodSeconds: 300 };
    expect(endingOf({}, pod(running, deleted), wanted, NOW)).toBeNull();
  }
});

test('a forced deletion is believed only after the node had time to speak', () => {
  const just = pod(running, forced('2026-11-24T20:09:50Z'));
  expect(endingOf({}, just, true, NOW)).toBeNull();
  expect(untilDown(just, NOW)).toBe(21_000);
  expect(endingOf({}, pod(running, forced('2026-11-24T20:09:00Z')), true, NOW)?.phase).toBe('Lost');
});

test('a pod that no node had can have run nothing', () => {
  const never = pod({ phase: 'Pending' }, forced('2026-11-24T20:10:00Z'), null);
  expect(isDown(never, NOW)).toBe(true);
  expect(endingOf({}, never, true, NOW)).toMatchObject({ phase: 'Cancelled' });
  expect(endingOf({}, never, false, NOW)?.reason).toMatch(/deleted before the script began/);
});

test('a node that had the pod and is gone may have run it', () => {
  const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' }];
  for (const wanted of [true, false]) {
    expect(endingOf({}, pod({ phase: 'Failed', conditions }, forced('2026-11-24T20:10:00Z')), wanted, NOW)?.phase).toBe(
      'Lost',
    );
    expect(endingOf({}, pod({ phase: 'Pending' }, forced('2026-11-24T20:00:00Z')), wanted, NOW)?.phase).toBe('Lost');
  }
});

test('a script that was seen to run has begun, also when its node has forgotten the container', () => {
  const evicted = { phase: 'Failed', reason: 'Evicted', message: 'Too big.' } as const;
  const told = { phase: 'Killed', reason: 'The node evicted the pod: Too big.' };
  const unknown = runner({ terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: null } });
  const seen = { startedAt: times.startedAt };
  for (const status of [{ ...evicted, ...unknown }, evicted]) {
    expect(endingOf(seen, pod(status), false, NOW)).toMatchObject(told);
    expect(endingOf({}, pod(status), false, NOW)?.reason).toMatch(/^The node refused the pod: .* did not begin\.$/);
  }
  // So it tells also of an image that could not be pulled.
  expect(endingOf({}, pod({ phase: 'Failed', ...unknown }), true, NOW)?.phase).toBe('Cancelled');
});

test('a pod that was deleted while its image was pulled was not started', () => {
  const pulling = { phase: 'Failed', ...runner({ waiting: { reason: 'ImagePullBackOff' } }) } as const;
  expect(endingOf({}, pod(pulling, forced('2026-11-24T20:10:00Z')), false, NOW)?.phase).toBe('Cancelled');
});

test('the words of the supervisor go before what Kubernetes says, and before what the API has told', () => {
  const message = JSON.stringify({ outcome: 'SUCCEEDED', exitCode: 0, reason: 'All statements are done.' });
  const ended = pod({ phase: 'Failed', ...runner({ terminated: { exitCode: 143, message, ...times } }) });
  const told = { runner: { connected: true, outcome: 'Lost', reason: 'unknown' } } as const;
  expect(endingOf(told, ended, true, NOW)).toEqual({
    phase: 'Succeeded',
    exitCode: 0,
    reason: 'All statements are done.',
  });
});

test('both ways of telling give the same end', () => {
  const outcomes = ['Succeeded', 'Failed', 'Interrupted', 'Terminated', 'Killed', 'Lost'] as const;
  for (const outcome of outcomes) {
    const words = { exitCode: 3, reason: 'Why.' };
    const message = JSON.stringify({ outcome: outcome.toUpperCase(), ...words });
    const byPod = endingOf(
      {},
      pod({ phase: 'Succeeded', ...runner({ terminated: { exitCode: 0, message, ...times } }) }),
      false,
      NOW,
    );
    const byApi = endingOf({ runner: { connected: false, outcome, ...words } }, pod(running), false, NOW);
    expect(byPod).toEqual({ phase: outcome, ...words });
    expect(byApi).toEqual(byPod);
  }
});

test.each([
  [137, 'Killed'],
  [143, 'Terminated'],
  [1, 'Lost'],
  [0, 'Lost'],
])('a supervisor without words that ended with %i: %s', (exitCode, phase) => {
  const ended = pod({ phase: 'Failed', ...runner({ terminated: { exitCode, reason: 'Error', ...times } }) });
  expect(endingOf({}, ended, false, NOW)?.phase).toBe(phase);
});

test('without words nothing is ever called a success', () => {
  const any = fc.record({
    phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
    exitCode: fc.nat(255),
    message: fc.option(fc.string(), { nil: undefined }),
    started: fc.boolean(),
    deleted: fc.boolean(),
    node: fc.boolean(),
    wanted: fc.boolean(),
  });
  fc.assert(
    fc.property(any, ({ phase, exitCode, message, started, deleted, node, wanted }) => {
      const state = { terminated: { exitCode, ...(message !== undefined && { message }), ...(started && times) } };
      const it = pod(
        { phase: phase, ...runner(state) },
        deleted ? forced('2026-11-24T20:00:00Z') : {},
        node ? 'n1' : null,
      );
      expect(endingOf({}, it, wanted, NOW)?.phase).not.toBe('Succeeded');
    }),
  );
});
