import { expect, test } from 'vitest';
import type { Pod, PodStatus } from '@sequencer/kubernetes/objects';
import { OUT_OF_MEMORY, withCause } from './termination-cause.ts';

function pod(status: PodStatus): Pod {
  const metadata = { name: 'run', namespace: 'test', uid: '1', resourceVersion: '1', creationTimestamp: '' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: {}, status };
}

const target = (reason: string) => ({
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: 'words of the cluster ' }],
});

test('who had the pod go is said once, after what the runner has told', () => {
  const told = withCause('Interrupted', 'Interrupted.', pod(target('EvictionByEvictionAPI')));
  expect(told).toBe('Interrupted. Somebody had the pod evicted, as kubectl drain does.');
  expect(withCause('Interrupted', told, pod(target('EvictionByEvictionAPI')))).toBe(told);
  expect(withCause('Killed', 'Killed.', pod(target('TerminationByKubelet')))).toBe(
    'Killed. The node evicted the pod: words of the cluster.',
  );
  expect(withCause('Killed', 'Killed.', pod({ reason: 'Evicted', message: 'Too big.' }))).toBe(
    'Killed. The node evicted the pod: Too big.',
  );
});

test('what the script did by itself has no other cause', () => {
  expect(withCause('Succeeded', 'Done.', pod(target('EvictionByEvictionAPI')))).toBe('Done.');
  expect(withCause('Failed', 'No.', pod(target('EvictionByEvictionAPI')))).toBe('No.');
  expect(withCause('Interrupted', 'Interrupted.', pod({}))).toBe('Interrupted.');
});

test('want of memory is said of a run that was killed', () => {
  const terminated = { exitCode: 137, reason: 'OOMKilled' };
  const starved = pod({ containerStatuses: [{ name: 'runner', state: { terminated } }] });
  expect(withCause('Killed', 'Killed from outside.', starved)).toBe(`Killed from outside. ${OUT_OF_MEMORY}`);
  expect(withCause('Interrupted', 'Interrupted.', starved)).toBe('Interrupted.');
});
