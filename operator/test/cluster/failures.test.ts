/** Runs whose pods fail or cannot start, on a fake node that the test controls. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PODS, RUNS, SECRETS, type Resource } from '@sequencer/kubernetes/resources';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import { client, dropNamespace, makeNamespace, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { useFakeNode } from '@sequencer/testing/cluster/fake-node-suite';
import { FakeNode, NOWHERE, container, outcome, reportStatus } from '@sequencer/testing/cluster/fake-node';
import { startOperator } from '@sequencer/testing/cluster/operators';

const { namespace, node, sequencer, start, inPhase, reasonOf, changeRun, getSequencer } = useFakeNode();

test('explains that the pod cannot be scheduled', async () => {
  const run = await start(await sequencer());
  await until('the pod exists', () => client.find(PODS, namespace, run));
  const message = '0/1 nodes are available: 1 Insufficient memory.';
  await reportStatus(namespace, run, {
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
  });
  // A scheduler of the cluster may write its own message over this one.
  const { status } = await reasonOf(run, /The pod cannot be scheduled: 0\/\d+ nodes are available: /);
  expect(status?.phase).toBe('Starting');
  await changeRun(run, { desiredState: 'Cancelled' });
  await inPhase(run, 'Cancelled');
});

test('explains that the image cannot be pulled, and continues once it is', async () => {
  const run = await start(await sequencer());
  await node.bind(namespace, run);
  await reportStatus(
    namespace,
    run,
    container({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } }),
  );
  await reasonOf(run, /The image cannot be pulled: Back-off pulling image "x"\. Check spec.runner.image/);
  await reportStatus(namespace, run, {
    phase: 'Running',
    ...container({ running: { startedAt: '2026-11-24T20:00:00Z' } }),
  });
  expect((await inPhase(run, 'Running')).status?.reason).toBe('The script is running.');
});

test.each([
  {
    what: 'out of memory',
    end: { exitCode: 137, reason: 'OOMKilled', message: '' },
    status: {},
    phase: 'Killed',
    reason: /more memory than its limit/,
  },
  {
    what: 'an eviction',
    end: { exitCode: 137, reason: 'Error', message: '' },
    status: { reason: 'Evicted', message: 'The node was low on resource: memory.' },
    phase: 'Killed',
    reason: /evicted the pod: The node was low on resource/,
  },
  {
    what: 'a crash of the supervisor',
    end: { exitCode: 1, reason: 'Error', message: '' },
    status: {},
    phase: 'Lost',
    reason: /ended with exit code 1 and did not report/,
  },
  {
    what: 'a command that is missing in the image',
    end: { exitCode: 128, reason: 'StartError', message: 'exec: "sequencer-runner-pod": not found' },
    status: {},
    phase: 'Failed',
    reason: /could not start: exec: "sequencer-runner-pod"/,
  },
  {
    what: 'an out-of-memory kill that the supervisor reports',
    end: { exitCode: 0, reason: 'OOMKilled', message: outcome('KILLED', 137, 'Killed from outside.') },
    status: {},
    phase: 'Killed',
    reason: /more memory than its limit/,
  },
] as const)('explains how the run ended: $what', async ({ end, status, phase, reason }) => {
  const run = await start(await sequencer());
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  const times = { startedAt: '2026-11-24T20:00:00Z', finishedAt: '2026-11-24T20:01:00Z' };
  await reportStatus(namespace, run, {
    phase: 'Failed',
    ...status,
    ...container({ terminated: { ...end, ...times } }),
  });
  expect((await inPhase(run, phase)).status?.reason).toMatch(reason);
});

test('waits for the outcome that the API received, when the kubelet killed the runner before its termination message', async () => {
  const run = await start(await sequencer());
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  const report = (runner: object) => client.merge(RUNS, namespace, run, { status: { runner } }, 'status');
  await report({ connected: true, lastSeq: 4 });
  const evicted = { phase: 'Failed', reason: 'Evicted', message: 'Too much.' } as const;
  const times = { startedAt: '2026-11-24T20:00:00Z', finishedAt: '2026-11-24T20:01:00Z' };
  await reportStatus(namespace, run, {
    ...evicted,
    ...container({ terminated: { exitCode: 137, reason: 'Error', message: '', ...times } }),
  });
  await sleep(1500);
  expect((await client.get(RUNS, namespace, run)).status?.phase).toBe('Running');
  await report({ connected: false, lastSeq: 5, outcome: 'Interrupted', reason: 'Interrupted.' });
  const { status } = await inPhase(run, 'Interrupted');
  expect(status?.reason).toBe('Interrupted. The node evicted the pod: Too much.');
});

test('records a killed runner without an outcome if the API does not report one', async () => {
  const run = await start(await sequencer());
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  await client.merge(RUNS, namespace, run, { status: { runner: { connected: true, lastSeq: 4 } } }, 'status');
  await node.ended(namespace, run, 137, '', 'Error');
  expect((await inPhase(run, 'Killed')).status?.reason).toMatch(/SIGKILL/);
});

test('a late record is incomplete only if the API does not confirm it shortly after the end of the pod', async () => {
  const done = outcome('SUCCEEDED', 0, 'All statements are done.');
  const endLate = async () => {
    const run = await start(await sequencer({ recordGraceSeconds: 600 }));
    await node.running(namespace, run);
    await inPhase(run, 'Running');
    await node.scriptEnded(namespace, run, done);
    await inPhase(run, 'Recording');
    await node.ended(namespace, run, 0, done);
    await inPhase(run, 'Succeeded');
    return run;
  };
  const reasonsOf = async (run: string, last: string) => {
    const reasons = new Set<string>();
    await until(`the condition Recording is ${last}`, async () => {
      const { status } = await client.get(RUNS, namespace, run);
      const recording = status?.conditions?.find(({ type }) => type === 'Recording');
      if (recording) reasons.add(recording.reason);
      return recording?.reason === last;
    });
    return [...reasons];
  };
  const run = await endLate();
  expect(await reasonsOf(run, 'ApiUnreachable')).toEqual(['ApiUnreachable']);
  const runner = { connected: false, outcome: 'Succeeded', exitCode: 0, reason: 'All statements are done.' };
  await client.merge(RUNS, namespace, run, { status: { runner } }, 'status');
  expect(await reasonsOf(run, 'Recorded')).not.toContain('Incomplete');
  expect(await reasonsOf(await endLate(), 'Incomplete')).toEqual(['ApiUnreachable', 'Incomplete']);
});

test('explains that the node rejected the pod', async () => {
  const run = await start(await sequencer());
  await node.bind(namespace, run);
  await reportStatus(namespace, run, {
    phase: 'Failed',
    reason: 'OutOfcpu',
    message: 'Node did not have enough resource',
  });
  expect((await inPhase(run, 'Failed')).status?.reason).toMatch(/rejected the pod: OutOfcpu/);
});

test('records Lost when the node was deleted, and holds the queue', async () => {
  const lost = new FakeNode();
  await lost.add();
  const name = await sequencer();
  const run = await start(name);
  await lost.running(namespace, run);
  await inPhase(run, 'Running');
  await lost.remove();
  // As the pod garbage collector does: it sets the condition, and deletes the pod by force.
  const conditions = [
    { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'node not found' },
  ];
  await reportStatus(namespace, run, { phase: 'Failed', conditions });
  const { metadata } = await client.get(PODS, namespace, run);
  await client.remove(PODS, namespace, metadata, { gracePeriodSeconds: 0 });
  expect((await inPhase(run, 'Lost')).status?.reason).toMatch(/how the script ended is unknown/);
  expect((await until('the queue is held', async () => (await getSequencer(name)).status?.hold)).outcome).toBe('Lost');
});

test('records Lost for a pod that was deleted by force, and does not start the run again', async () => {
  const run = await start(await sequencer());
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  const { metadata } = await client.get(PODS, namespace, run);
  await client.merge(PODS, namespace, run, { metadata: { finalizers: null } });
  await client.remove(PODS, namespace, metadata, { gracePeriodSeconds: 0 });
  expect((await inPhase(run, 'Lost')).status?.reason).toMatch(/The pod no longer exists/);
  expect(await client.find(PODS, namespace, run)).toBeNull();
});

test('fails the run with the message of a cluster policy that rejects the pod', async () => {
  const run = await start(await sequencer({}, { runtimeClassName: 'none-of-this-name' }));
  const { status } = await inPhase(run, 'Failed');
  expect(status?.reason).toMatch(/A cluster policy rejected the pod: .*none-of-this-name/);
  expect(status?.startedAt).toBeUndefined();
});

test('fails the run with the message of Kubernetes if the pod is invalid', async () => {
  const run = await start(await sequencer({}, { resources: { limits: { memory: 'much' } } }));
  expect((await inPhase(run, 'Failed')).status?.reason).toMatch(/rejected the pod as invalid/);
  expect(await client.find(SECRETS, namespace, run)).toBeNull();
});

test('waits for quota', async () => {
  const quotas: Resource<KubernetesObject & { spec: object }> = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    plural: 'resourcequotas',
  };
  const own = await makeNamespace();
  const ownOperator = await startOperator(own);
  await client.create(quotas, own, { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } });
  await makeSequencer(own, 'satp1', { runner: { image: 'x', env: [], egress: [], nodeSelector: NOWHERE } });
  const { metadata } = await submit(own, 'satp1');
  await until('the reason names the quota', async () => {
    const { status } = await client.get(RUNS, own, metadata.name);
    return /namespace quota/.test(status?.reason ?? '') && status?.phase === 'Starting';
  });
  await client.merge(quotas, own, 'none', { spec: { hard: { pods: '5' } } });
  await until('the pod exists', () => client.find(PODS, own, metadata.name));
  await ownOperator.stop();
  await dropNamespace(own);
});

test('explains that the name of the Secret is in use, and waits until it is free', async () => {
  const name = await sequencer({ mode: 'Off' });
  const run = await start(name, { desiredState: 'Queued' });
  const foreign = await client.create(SECRETS, namespace, { metadata: { name: run } });
  await changeRun(run, { desiredState: 'Running' });
  await reasonOf(run, /already a Secret named .* that does not belong to this run/);
  await client.remove(SECRETS, namespace, foreign.metadata);
  await node.running(namespace, run);
});
