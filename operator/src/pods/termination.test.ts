import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pod, PodStatus } from '@sequencer/kubernetes/objects';
import type { Metadata } from '@sequencer/model/kubernetes/metadata';
import { awaitsOutcome, endedScript, terminationOf, isPodTerminated, msUntilPodTerminated } from './termination.ts';

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

test('reports no termination while the container runs, whether or not a stop was requested', () => {
  for (const stopRequested of [true, false]) {
    expect(terminationOf({}, pod(running), stopRequested, NOW)).toBeNull();
    const deleted = { deletionTimestamp: '2026-11-24T20:05:00Z', deletionGracePeriodSeconds: 300 };
    expect(terminationOf({}, pod(running, deleted), stopRequested, NOW)).toBeNull();
  }
});

test('knows that the script has ended only from the message of the second container', () => {
  const second = (state: object): PodStatus => ({
    phase: 'Running',
    containerStatuses: [
      { name: 'runner', state: { running: { startedAt: times.startedAt } } },
      { name: 'termination', state },
    ],
  });
  const message = JSON.stringify({ outcome: 'FAILED', exitCode: 1, reason: 'KeyError: 1' });
  for (const state of [
    { running: { startedAt: times.startedAt } },
    { terminated: { exitCode: 0, message: '', ...times } },
    { terminated: { exitCode: 137, reason: 'OOMKilled', ...times } },
  ]) {
    expect(endedScript(pod(second(state)))).toBeNull();
  }
  expect(endedScript(pod(running))).toBeNull();
  expect(endedScript(pod(second({ terminated: { exitCode: 0, message, ...times } })))).toEqual({
    phase: 'Failed',
    exitCode: 1,
    reason: 'KeyError: 1',
    finishedAt: times.finishedAt,
  });
});

test('treats a forced deletion as final only after the node had time to report', () => {
  const recent = pod(running, forced('2026-11-24T20:09:50Z'));
  expect(terminationOf({}, recent, true, NOW)).toBeNull();
  expect(msUntilPodTerminated(recent, NOW)).toBe(21_000);
  expect(terminationOf({}, pod(running, forced('2026-11-24T20:09:00Z')), true, NOW)?.phase).toBe('Lost');
});

test('reports Cancelled for a pod that was never assigned to a node', () => {
  const unscheduled = pod({ phase: 'Pending' }, forced('2026-11-24T20:10:00Z'), null);
  expect(isPodTerminated(unscheduled, NOW)).toBe(true);
  expect(terminationOf({}, unscheduled, true, NOW)).toMatchObject({ phase: 'Cancelled' });
  expect(terminationOf({}, unscheduled, false, NOW)?.reason).toMatch(/deleted before the script started/);
});

test('reports Lost when a node with the pod is lost', () => {
  const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' }];
  for (const stopRequested of [true, false]) {
    expect(
      terminationOf({}, pod({ phase: 'Failed', conditions }, forced('2026-11-24T20:10:00Z')), stopRequested, NOW)
        ?.phase,
    ).toBe('Lost');
    expect(
      terminationOf({}, pod({ phase: 'Pending' }, forced('2026-11-24T20:00:00Z')), stopRequested, NOW)?.phase,
    ).toBe('Lost');
  }
});

test('takes exit code 255 of an unknown container for a lost node', () => {
  const status = {
    phase: 'Failed',
    ...runner({ terminated: { ...times, exitCode: 255, reason: 'Unknown' } }),
  } as const;
  expect(terminationOf({}, pod(status), false, NOW)).toMatchObject({
    phase: 'Lost',
    reason: expect.stringContaining('The telescope may still be moving.') as unknown,
  });
  const script = { phase: 'Failed', ...runner({ terminated: { ...times, exitCode: 255, reason: 'Error' } }) } as const;
  expect(terminationOf({}, pod(script), false, NOW)?.reason).toContain('exit code 255');
});

test('uses the recorded start time when the node has lost track of the container', () => {
  const evicted = { phase: 'Failed', reason: 'Evicted', message: 'Too big.' } as const;
  const expected = { phase: 'Killed', reason: 'The node evicted the pod: Too big.' };
  const unknown = runner({ terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: null } });
  const started = { startedAt: times.startedAt };
  for (const status of [{ ...evicted, ...unknown }, evicted]) {
    expect(terminationOf(started, pod(status), false, NOW)).toMatchObject(expected);
    expect(terminationOf({}, pod(status), false, NOW)?.reason).toMatch(
      /^The node rejected the pod: .* did not start\.$/,
    );
  }
  // The node reports ContainerStatusUnknown also for an image that could not be pulled.
  expect(terminationOf({}, pod({ phase: 'Failed', ...unknown }), true, NOW)?.phase).toBe('Cancelled');
});

test('reports Cancelled for a pod that was deleted during the image pull', () => {
  const pulling = { phase: 'Failed', ...runner({ waiting: { reason: 'ImagePullBackOff' } }) } as const;
  expect(terminationOf({}, pod(pulling, forced('2026-11-24T20:10:00Z')), false, NOW)?.phase).toBe('Cancelled');
});

test('prefers the termination message to the status of the pod and to the report of the API', () => {
  const message = JSON.stringify({ outcome: 'SUCCEEDED', exitCode: 0, reason: 'All statements are done.' });
  const ended = pod({ phase: 'Failed', ...runner({ terminated: { exitCode: 143, message, ...times } }) });
  const status = { runner: { connected: true, outcome: 'Lost', reason: 'unknown' } } as const;
  expect(terminationOf(status, ended, true, NOW)).toEqual({
    phase: 'Succeeded',
    exitCode: 0,
    reason: 'All statements are done.',
  });
});

test('waits for the outcome from the API only after a termination without a message, of a connected runner', () => {
  const killed = { exitCode: 137, reason: 'Error', ...times };
  const silent = pod({ phase: 'Failed', ...runner({ terminated: killed }) });
  const connected = { runner: { connected: true } };
  expect(awaitsOutcome(connected, silent, NOW)).toBe(true);
  expect(awaitsOutcome({ runner: { connected: false } }, silent, NOW)).toBe(false);
  expect(awaitsOutcome({ runner: { connected: false, outcome: 'Interrupted' } }, silent, NOW)).toBe(false);
  expect(awaitsOutcome({}, silent, NOW)).toBe(false);
  expect(awaitsOutcome(connected, null, NOW)).toBe(false);
  expect(awaitsOutcome(connected, pod(running), NOW)).toBe(false);
  const message = JSON.stringify({ outcome: 'INTERRUPTED', exitCode: null, reason: 'Interrupted.' });
  expect(
    awaitsOutcome(connected, pod({ phase: 'Failed', ...runner({ terminated: { ...killed, message } }) }), NOW),
  ).toBe(false);
});

test('reports the same termination from the pod and from the API', () => {
  const outcomes = ['Succeeded', 'Failed', 'Interrupted', 'Terminated', 'Killed', 'Lost'] as const;
  for (const outcome of outcomes) {
    const rest = { exitCode: 3, reason: 'Why.' };
    const message = JSON.stringify({ outcome: outcome.toUpperCase(), ...rest });
    const byPod = terminationOf(
      {},
      pod({ phase: 'Succeeded', ...runner({ terminated: { exitCode: 0, message, ...times } }) }),
      false,
      NOW,
    );
    const byApi = terminationOf({ runner: { connected: false, outcome, ...rest } }, pod(running), false, NOW);
    expect(byPod).toEqual({ phase: outcome, ...rest });
    expect(byApi).toEqual(byPod);
  }
});

test.each([
  [137, 'Killed'],
  [143, 'Terminated'],
  [1, 'Lost'],
  [0, 'Lost'],
])('without a termination message, exit code %i means %s', (exitCode, phase) => {
  const ended = pod({ phase: 'Failed', ...runner({ terminated: { exitCode, reason: 'Error', ...times } }) });
  expect(terminationOf({}, ended, false, NOW)?.phase).toBe(phase);
});

test.each([null, JSON.stringify({ outcome: 'KILLED', exitCode: 137, reason: 'Killed.' })])(
  'reports an evicted pod as evicted, although containerd reports OOMKilled (termination message %s)',
  (message) => {
    const terminated = { ...times, exitCode: 137, reason: 'OOMKilled', ...(message !== null && { message }) };
    const evicted = { phase: 'Failed', reason: 'Evicted', message: 'Too big.', ...runner({ terminated }) } as const;
    const ended = terminationOf({}, pod(evicted), false, NOW);
    expect(ended?.phase).toBe('Killed');
    expect(ended?.reason).not.toContain('memory');
  },
);

test('never reports success without a termination message', () => {
  const any = fc.record({
    phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
    exitCode: fc.nat(255),
    message: fc.option(fc.string(), { nil: undefined }),
    started: fc.boolean(),
    deleted: fc.boolean(),
    node: fc.boolean(),
    stopRequested: fc.boolean(),
  });
  fc.assert(
    fc.property(any, ({ phase, exitCode, message, started, deleted, node, stopRequested }) => {
      const state = { terminated: { exitCode, ...(message !== undefined && { message }), ...(started && times) } };
      const it = pod(
        { phase: phase, ...runner(state) },
        deleted ? forced('2026-11-24T20:00:00Z') : {},
        node ? 'n1' : null,
      );
      expect(terminationOf({}, it, stopRequested, NOW)?.phase).not.toBe('Succeeded');
    }),
  );
});
