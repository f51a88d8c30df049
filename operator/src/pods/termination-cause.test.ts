import { expect, test } from 'vitest';
import type { Pod, PodStatus } from '@sequencer/kubernetes/objects';
import { OUT_OF_MEMORY, withCause } from './termination-cause.ts';

function pod(status: PodStatus): Pod {
  const metadata = { name: 'run', namespace: 'test', uid: '1', resourceVersion: '1', creationTimestamp: '' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: {}, status };
}

const disruption = (reason: string) => ({
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: 'a message of the cluster ' }],
});

test('appends the cause of an eviction once, after the reason from the runner', () => {
  const reason = withCause('Interrupted', 'Interrupted.', pod(disruption('EvictionByEvictionAPI')));
  expect(reason).toBe('Interrupted. The pod was evicted through the Eviction API, for example by kubectl drain.');
  expect(withCause('Interrupted', reason, pod(disruption('EvictionByEvictionAPI')))).toBe(reason);
  expect(withCause('Killed', 'Killed.', pod(disruption('TerminationByKubelet')))).toBe(
    'Killed. The node evicted the pod: a message of the cluster.',
  );
  expect(withCause('Killed', 'Killed.', pod({ reason: 'Evicted', message: 'Too big.' }))).toBe(
    'Killed. The node evicted the pod: Too big.',
  );
});

test('appends no cause when the script ended on its own', () => {
  expect(withCause('Succeeded', 'Done.', pod(disruption('EvictionByEvictionAPI')))).toBe('Done.');
  expect(withCause('Failed', 'No.', pod(disruption('EvictionByEvictionAPI')))).toBe('No.');
  expect(withCause('Interrupted', 'Interrupted.', pod({}))).toBe('Interrupted.');
});

test('appends the memory limit only to the reason of a killed run', () => {
  const terminated = { exitCode: 137, reason: 'OOMKilled' };
  const outOfMemory = pod({ containerStatuses: [{ name: 'runner', state: { terminated } }] });
  expect(withCause('Killed', 'Killed from outside.', outOfMemory)).toBe(`Killed from outside. ${OUT_OF_MEMORY}`);
  expect(withCause('Interrupted', 'Interrupted.', outOfMemory)).toBe('Interrupted.');
});

test('names the eviction, not the memory limit, for an evicted pod that containerd reports as OOMKilled', () => {
  const terminated = { exitCode: 137, reason: 'OOMKilled' };
  const containerStatuses = [{ name: 'runner', state: { terminated } }];
  const evicted = pod({ reason: 'Evicted', message: 'Too big.', containerStatuses });
  expect(withCause('Killed', 'Killed.', evicted)).toBe('Killed. The node evicted the pod: Too big.');
});
