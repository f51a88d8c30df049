/** The warm pool, on a fake node that the test controls. `real-pods.test.ts` has a warm pod on a real node. */
import { expect, test } from 'vitest';
import type { Pod } from '@sequencer/kubernetes/objects';
import { CONFIG_MAPS, NETWORK_POLICIES, PODS, RUNS, SECRETS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { ANNOTATIONS, LABELS } from '@sequencer/model/kubernetes/names';
import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import { client, submit, until } from '@sequencer/testing/cluster/cluster';
import { useFakeNode } from '@sequencer/testing/cluster/fake-node-suite';
import { container, outcome, reportStatus } from '@sequencer/testing/cluster/fake-node';

const { namespace, node, operator, sequencer: plainSequencer, inPhase } = useFakeNode();

const sequencer = (spec: Partial<SequencerSpec> = {}) => plainSequencer(spec, { warm: 1 });

async function warmPodsOf(name: string): Promise<Pod[]> {
  const pods = await client.list(PODS, namespace, {
    labelSelector: `${LABELS.sequencer}=${name},!${LABELS.run}`,
  });
  return pods.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase !== 'Failed');
}

const pod = (name: string) => client.get(PODS, namespace, name);

/** Waits for a new warm pod, starts its runner, and returns its name. */
async function ready(name: string, ...known: string[]): Promise<string> {
  const [found] = await until('there is a warm pod', async () => {
    const others = (await warmPodsOf(name)).filter(({ metadata }) => !known.includes(metadata.name));
    return others.length === 1 ? others : null;
  });
  const warmPod = found?.metadata.name ?? '';
  await node.running(namespace, warmPod);
  return warmPod;
}

async function end(run: string, itsPod: string): Promise<void> {
  await node.ended(namespace, itsPod, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(run, 'Succeeded');
}

test('assigns a run to the warm pod and replaces the pod; a used pod gets no other run', async () => {
  const name = await sequencer();
  const first = await ready(name);
  const before = await pod(first);
  const { metadata: owner } = await client.get(SEQUENCERS, namespace, name);
  expect(before.metadata.ownerReferences).toMatchObject([{ kind: 'Sequencer', uid: owner.uid }]);
  expect(await client.find(SECRETS, namespace, first)).toBeNull();
  expect(await client.find(NETWORK_POLICIES, namespace, `${name}-runner`)).not.toBeNull();

  const { metadata } = await submit(namespace, name, { script: 'print("warm")\n', desiredState: 'Running' });
  const run = metadata.name;
  const { status } = await inPhase(run, 'Running');
  expect(status).toMatchObject({ podName: first, podUID: before.metadata.uid });
  expect(status?.startedAt).toBeDefined();
  const assigned = await pod(first);
  expect(assigned.metadata).toMatchObject({
    labels: { [LABELS.run]: run, [LABELS.sequencer]: name },
    ownerReferences: [{ kind: 'SequencerRun', uid: metadata.uid }],
    finalizers: ['sequencer.dev/outcome'],
  });
  const secret = await client.get(SECRETS, namespace, first);
  expect(Buffer.from(secret.data?.['script.py'] ?? '', 'base64').toString()).toBe('print("warm")\n');
  expect(secret.metadata.ownerReferences).toMatchObject([{ uid: metadata.uid }]);
  expect(await client.find(PODS, namespace, run)).toBeNull();

  const second = await ready(name, first);
  const next = (await submit(namespace, name)).metadata.name;
  await end(run, first);
  await until('the Secret is deleted', async () => (await client.find(SECRETS, namespace, first)) === null);
  expect((await inPhase(next, 'Running')).status?.podName).toBe(second);
  await end(next, second);
  expect((await pod(first)).metadata.labels?.[LABELS.run]).toBe(run);
});

test('nudges the kubelet again when it does not sync the pod', async () => {
  const name = await sequencer();
  const warmPod = await ready(name);
  const { metadata } = await submit(namespace, name);
  await inPhase(metadata.name, 'Running');
  await until(
    'it was nudged twice more',
    async () => (await pod(warmPod)).metadata.annotations?.[ANNOTATIONS.kubeletNudges] === '2',
  );
  await end(metadata.name, warmPod);
});

test('creates a pod for the run when no warm pod is ready, and deletes the warm pod', async () => {
  const name = await sequencer();
  const [warmPod] = await until('there is a warm pod', async () => {
    const found = await warmPodsOf(name);
    return found.length > 0 ? found : null;
  });
  const { metadata } = await submit(namespace, name);
  await node.running(namespace, metadata.name);
  await inPhase(metadata.name, 'Running');
  expect(await client.find(PODS, namespace, warmPod?.metadata.name ?? '')).toBeNull();
  await ready(name);
  await end(metadata.name, metadata.name);
});

test('replaces a warm pod when the Sequencer or its OCS configuration changes, and assigns no run to it', async () => {
  await client.create(CONFIG_MAPS, namespace, { metadata: { name: 'ocs' }, data: { 'default.yaml': 'hub: {}' } });
  const name = await sequencer({ ocs: { configMap: 'ocs' } });
  const old = await ready(name);
  await client.merge(SEQUENCERS, namespace, name, { spec: { runner: { image: 'localhost/none:2' } } });
  await until('the old pod is being deleted', async () => (await pod(old)).metadata.deletionTimestamp !== undefined);
  await node.removeDeleted(namespace, old);
  const current = await ready(name, old);
  expect(JSON.stringify((await pod(current)).spec)).toContain('localhost/none:2');

  // Nothing watches the ConfigMap; the start of a run checks it.
  await client.merge(CONFIG_MAPS, namespace, 'ocs', { data: { 'default.yaml': 'hub: {wamp_realm: other}' } });
  const { metadata } = await submit(namespace, name);
  await until('the run has a new pod', () => client.find(PODS, namespace, metadata.name));
  expect((await pod(current)).metadata.deletionTimestamp).toBeDefined();
  expect((await pod(current)).metadata.labels?.[LABELS.run]).toBeUndefined();
});

test('replaces a warm pod that ended without a run after a delay, and does not hold the queue', async () => {
  const name = await sequencer();
  const crashed = await ready(name);
  const times = { startedAt: '2026-11-24T20:00:00Z', finishedAt: '2026-11-24T20:01:00Z' };
  await reportStatus(namespace, crashed, {
    phase: 'Failed',
    ...container({ terminated: { exitCode: 1, reason: 'Error', ...times } }),
  });
  await ready(name, crashed);
  expect(await client.find(PODS, namespace, crashed)).toBeNull();
  expect((await client.get(SEQUENCERS, namespace, name)).status?.hold).toBeUndefined();
});

test('completes an assignment that another operator has begun', async () => {
  const name = await sequencer({ mode: 'Off' });
  const warmPod = await ready(name);
  const { uid } = (await pod(warmPod)).metadata;
  await operator.stop();
  const run = (await submit(namespace, name, { desiredState: 'Running' })).metadata;
  await claim(name, run, warmPod, uid);
  await operator.start();
  expect((await inPhase(run.name, 'Running')).status?.podName).toBe(warmPod);
  expect((await client.get(SECRETS, namespace, warmPod)).metadata.ownerReferences).toMatchObject([{ uid: run.uid }]);
  await end(run.name, warmPod);
});

test('records Cancelled for a run that is cancelled during its assignment', async () => {
  const name = await sequencer({ mode: 'Off' });
  const warmPod = await ready(name);
  const { uid } = (await pod(warmPod)).metadata;
  await operator.stop();
  const run = (await submit(namespace, name, { desiredState: 'Running' })).metadata;
  await claim(name, run, warmPod, uid);
  await client.merge(RUNS, namespace, run.name, { spec: { desiredState: 'Cancelled' } });
  await operator.start();
  await until('the pod is stopped', async () => (await pod(warmPod)).metadata.deletionTimestamp !== undefined);
  expect(await client.find(SECRETS, namespace, warmPod)).toBeNull();
  await node.ended(namespace, warmPod, 0, JSON.stringify({ begun: false }));
  expect((await inPhase(run.name, 'Cancelled')).status?.reason).toMatch(/before the script started/);
});

/** The state after the first step of an assignment. */
async function claim(name: string, run: { name: string; uid: string }, podName: string, podUID: string): Promise<void> {
  const activeRun = { name: run.name, uid: run.uid };
  await client.merge(SEQUENCERS, namespace, name, { status: { activeRun } }, 'status');
  await client.merge(RUNS, namespace, run.name, { status: { phase: 'Starting', podName, podUID } }, 'status');
}

test('deletes the warm pod when spec.runner.warm is set to 0', async () => {
  const name = await sequencer();
  const warmPod = await ready(name);
  await client.merge(SEQUENCERS, namespace, name, { spec: { runner: { warm: 0 } } });
  await until('the pod is being deleted', async () => (await pod(warmPod)).metadata.deletionTimestamp !== undefined);
});
