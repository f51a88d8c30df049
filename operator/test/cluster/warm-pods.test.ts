/** Pods that wait for runs, on a node that is the test. `real-pods.test.ts` has a real one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Pod } from '@sequencer/kubernetes/objects';
import { CONFIG_MAPS, NETWORK_POLICIES, PODS, RUNS, SECRETS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { ANNOTATIONS, LABELS } from '@sequencer/model/kubernetes/names';
import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import type { PhaseWord } from '@sequencer/model/kubernetes/words';
import {
  client,
  dropNamespace,
  inPhase as reach,
  makeNamespace,
  makeSequencer,
  submit,
  until,
} from '@sequencer/testing/cluster/cluster';
import { FakeNode, NOWHERE, container, outcome, say } from '@sequencer/testing/cluster/fake-node';
import { startOperator, type RunningOperator } from '@sequencer/testing/cluster/operators';

let namespace: string;
let operator: RunningOperator;
const node = new FakeNode();
let names = 0;

beforeAll(async () => {
  namespace = await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  await node.add();
  operator = await startOperator(namespace);
});
afterAll(async () => {
  await operator.stop();
  await node.remove();
  await dropNamespace(namespace);
});

const runner = { image: 'localhost/none:1', env: [], egress: [], nodeSelector: NOWHERE, warm: 1 };

async function sequencer(spec: Partial<SequencerSpec> = {}): Promise<string> {
  names += 1;
  const name = `seq${String(names)}`;
  await makeSequencer(namespace, name, { runner, ...spec });
  return name;
}

async function waitingFor(name: string): Promise<Pod[]> {
  const pods = await client.list(PODS, namespace, {
    labelSelector: `${LABELS.sequencer}=${name},!${LABELS.run}`,
  });
  return pods.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase !== 'Failed');
}

const inPhase = (run: string, phase: PhaseWord) => reach(namespace, run, phase);
const pod = (name: string) => client.get(PODS, namespace, name);

/** The pod that waits now, other than those that are known, with a runner that is up. */
async function ready(name: string, ...known: string[]): Promise<string> {
  const [found] = await until('a pod waits', async () => {
    const others = (await waitingFor(name)).filter(({ metadata }) => !known.includes(metadata.name));
    return others.length === 1 ? others : null;
  });
  const waiting = found?.metadata.name ?? '';
  await node.running(namespace, waiting);
  return waiting;
}

async function end(run: string, itsPod: string): Promise<void> {
  await node.ended(namespace, itsPod, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(run, 'Succeeded');
}

test('a run takes the pod that waits, and another waits then; a pod that had a run gets no other', async () => {
  const name = await sequencer();
  const first = await ready(name);
  const before = await pod(first);
  const { metadata: owner } = await client.get(SEQUENCERS, namespace, name);
  expect(before.metadata.ownerReferences).toMatchObject([{ kind: 'Sequencer', uid: owner.uid }]);
  expect(await client.find(SECRETS, namespace, first)).toBeNull();
  expect(await client.find(NETWORK_POLICIES, namespace, `sequencer-${name}`)).not.toBeNull();

  const { metadata } = await submit(namespace, name, { script: 'print("warm")\n', desiredState: 'Running' });
  const run = metadata.name;
  const { status } = await inPhase(run, 'Running');
  expect(status).toMatchObject({ podName: first, podUID: before.metadata.uid });
  expect(status?.startedAt).toBeDefined();
  const taken = await pod(first);
  expect(taken.metadata).toMatchObject({
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
  await until('the Secret is gone', async () => (await client.find(SECRETS, namespace, first)) === null);
  expect((await inPhase(next, 'Running')).status?.podName).toBe(second);
  await end(next, second);
  expect((await pod(first)).metadata.labels?.[LABELS.run]).toBe(run);
});

test('when the node does not look at once, it is told again', async () => {
  const name = await sequencer();
  const waiting = await ready(name);
  const { metadata } = await submit(namespace, name);
  await inPhase(metadata.name, 'Running');
  await until(
    'it was told twice more',
    async () => (await pod(waiting)).metadata.annotations?.[ANNOTATIONS.kubeletNudges] === '2',
  );
  await end(metadata.name, waiting);
});

test('without a pod that is ready, a run has one of its own, and the other does not stand in its way', async () => {
  const name = await sequencer();
  const [waiting] = await until('a pod waits', async () => {
    const found = await waitingFor(name);
    return found.length > 0 ? found : null;
  });
  const { metadata } = await submit(namespace, name);
  await node.running(namespace, metadata.name);
  await inPhase(metadata.name, 'Running');
  expect(await client.find(PODS, namespace, waiting?.metadata.name ?? '')).toBeNull();
  await ready(name);
  await end(metadata.name, metadata.name);
});

test('what the Sequencer would make differently by now is replaced, and no run gets it', async () => {
  await client.create(CONFIG_MAPS, namespace, { metadata: { name: 'ocs' }, data: { 'default.yaml': 'hub: {}' } });
  const name = await sequencer({ ocs: { configMap: 'ocs' } });
  const old = await ready(name);
  await client.merge(SEQUENCERS, namespace, name, { spec: { runner: { image: 'localhost/none:2' } } });
  await until('the old one goes', async () => (await pod(old)).metadata.deletionTimestamp !== undefined);
  await node.forget(namespace, old);
  const current = await ready(name, old);
  expect(JSON.stringify((await pod(current)).spec)).toContain('localhost/none:2');

  // Its configuration is another: nobody was told, but a run looks.
  await client.merge(CONFIG_MAPS, namespace, 'ocs', { data: { 'default.yaml': 'hub: {wamp_realm: other}' } });
  const { metadata } = await submit(namespace, name);
  await until('the run has a pod of its own', () => client.find(PODS, namespace, metadata.name));
  expect((await pod(current)).metadata.deletionTimestamp).toBeDefined();
  expect((await pod(current)).metadata.labels?.[LABELS.run]).toBeUndefined();
});

test('one that ends while it waits is replaced after a while, and holds nothing up', async () => {
  const name = await sequencer();
  const crashed = await ready(name);
  const times = { startedAt: '2026-11-24T20:00:00Z', finishedAt: '2026-11-24T20:01:00Z' };
  await say(namespace, crashed, {
    phase: 'Failed',
    ...container({ terminated: { exitCode: 1, reason: 'Error', ...times } }),
  });
  await ready(name, crashed);
  expect(await client.find(PODS, namespace, crashed)).toBeNull();
  expect((await client.get(SEQUENCERS, namespace, name)).status?.hold).toBeUndefined();
});

test('an operator that goes on where another was cut off gives the run to the pod that it names', async () => {
  const name = await sequencer({ mode: 'Off' });
  const waiting = await ready(name);
  const { uid } = (await pod(waiting)).metadata;
  await operator.stop();
  const given = (await submit(namespace, name, { desiredState: 'Running' })).metadata;
  await promise(name, given, waiting, uid);
  operator = await startOperator(namespace);
  expect((await inPhase(given.name, 'Running')).status?.podName).toBe(waiting);
  expect((await client.get(SECRETS, namespace, waiting)).metadata.ownerReferences).toMatchObject([{ uid: given.uid }]);
  await end(given.name, waiting);
});

test('one that is cancelled before its pod has it was never begun', async () => {
  const name = await sequencer({ mode: 'Off' });
  const waiting = await ready(name);
  const { uid } = (await pod(waiting)).metadata;
  await operator.stop();
  const run = (await submit(namespace, name, { desiredState: 'Running' })).metadata;
  await promise(name, run, waiting, uid);
  await client.merge(RUNS, namespace, run.name, { spec: { desiredState: 'Cancelled' } });
  operator = await startOperator(namespace);
  await until('the pod is stopped', async () => (await pod(waiting)).metadata.deletionTimestamp !== undefined);
  expect(await client.find(SECRETS, namespace, waiting)).toBeNull();
  await node.ended(namespace, waiting, 0, JSON.stringify({ begun: false }));
  expect((await inPhase(run.name, 'Cancelled')).status?.reason).toMatch(/before the script started/);
});

/** As an operator leaves it that is cut off after its first step. */
async function promise(
  name: string,
  run: { name: string; uid: string },
  podName: string,
  podUID: string,
): Promise<void> {
  const activeRun = { name: run.name, uid: run.uid };
  await client.merge(SEQUENCERS, namespace, name, { status: { activeRun } }, 'status');
  await client.merge(RUNS, namespace, run.name, { status: { phase: 'Starting', podName, podUID } }, 'status');
}

test('none waits for a Sequencer that wants none any more', async () => {
  const name = await sequencer();
  const waiting = await ready(name);
  await client.merge(SEQUENCERS, namespace, name, { spec: { runner: { warm: 0 } } });
  await until('it goes', async () => (await pod(waiting)).metadata.deletionTimestamp !== undefined);
});
