/** A node without network: its script may still be running, so that no other script is started in its place. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PODS, RUNS, SEQUENCERS, type Resource } from '@sequencer/kubernetes/resources';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import {
  client,
  dropNamespace,
  inPhase,
  logOf,
  makeNamespace,
  makeSequencer,
  submit,
  until,
} from '@sequencer/testing/cluster/cluster';
import { startOperator, type RunningOperator } from '@sequencer/testing/cluster/operators';
import { call } from '@sequencer/testing/chaos/hooks';

type Node = KubernetesObject & { status?: { conditions?: { type: string; status: string }[] } };
const nodes: Resource<Node> = { apiVersion: 'v1', kind: 'Node', plural: 'nodes' };

const image = process.env.RUNNER_IMAGE ?? '';
/** Time for Kubernetes to detect the loss, and for its garbage collection. */
const LONG = 180_000;
let namespace: string;
let operator: RunningOperator;
let node: string;

beforeAll(async () => {
  const names = (await client.list(nodes, null)).map(({ metadata }) => metadata.name).sort();
  node = names.at(-1) ?? '';
  if (names.length < 2) throw new Error('This test disconnects a node: the cluster must have two.');
  namespace = await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  operator = await startOperator(namespace);
});
afterAll(async () => {
  await call('CHAOS_HEAL', node);
  await operator.stop();
  await dropNamespace(namespace);
});

const ready = async (status: string) =>
  (await client.find(nodes, null, node))?.status?.conditions?.some((c) => c.type === 'Ready' && c.status === status);

/** Starts a script on the node, and queues a run behind it. */
async function start(name: string, script: string): Promise<[string, string]> {
  const runner = {
    image,
    imagePullPolicy: 'Never' as const,
    env: [],
    egress: [],
    nodeSelector: { 'kubernetes.io/hostname': node },
  };
  await makeSequencer(namespace, name, { recordGraceSeconds: 0, runner });
  const run = (await submit(namespace, name, { script })).metadata.name;
  const next = (await submit(namespace, name)).metadata.name;
  await until('the script has begun', async () => (await logOf(namespace, run)).includes('begun'));
  return [run, next];
}

async function reportsUnreachableNode(run: string): Promise<void> {
  await until(
    'the reason names the node',
    async () => /The node \S+ is unreachable/.test((await client.get(RUNS, namespace, run)).status?.reason ?? ''),
    LONG,
  );
}

test('keeps the run of a node that reconnects, and then starts the next run', { timeout: 400_000 }, async () => {
  const [run, next] = await start(
    'back',
    'import time\nprint("begun", flush=True)\ntime.sleep(60)\nprint("ended", flush=True)\n',
  );
  const { uid } = (await client.get(PODS, namespace, run)).metadata;
  await call('CHAOS_PARTITION', node);
  await reportsUnreachableNode(run);
  expect((await client.get(RUNS, namespace, run)).status?.phase).toBe('Running');
  expect(await client.find(PODS, namespace, next)).toBeNull();
  await call('CHAOS_HEAL', node);
  await until('the run has ended', async () => (await client.get(RUNS, namespace, run)).status?.finishedAt, LONG);
  await inPhase(namespace, run, 'Succeeded');
  expect(await logOf(namespace, run)).toBe('begun\nended\n');
  expect((await client.get(PODS, namespace, run)).metadata.uid).toBe(uid);
  await until('the next has ended', async () => (await client.get(RUNS, namespace, next)).status?.finishedAt, LONG);
});

test(
  'records Lost for the run of a deleted node, holds the queue, and starts nothing after the node reconnects',
  {
    timeout: 600_000,
  },
  async () => {
    const [run, next] = await start('gone', 'import time\nprint("begun", flush=True)\ntime.sleep(3600)\n');
    await call('CHAOS_PARTITION', node);
    await reportsUnreachableNode(run);
    const { metadata } = await client.get(nodes, null, node);
    await client.remove(nodes, null, metadata);
    await until('the run is lost', async () => (await client.get(RUNS, namespace, run)).status?.phase === 'Lost', LONG);
    const { status } = await client.get(RUNS, namespace, run);
    expect(status?.reason).toMatch(/how the script ended is unknown\. The telescope may still be moving/);
    const hold = await until(
      'the queue is held',
      async () => (await client.get(SEQUENCERS, namespace, 'gone')).status?.hold,
    );
    expect(hold).toMatchObject({ run, outcome: 'Lost' });

    await call('CHAOS_HEAL', node);
    await call('CHAOS_RESTART', `${node}/kubelet`);
    await until('the node is ready', () => ready('True'), LONG);
    expect((await client.get(RUNS, namespace, run)).status?.phase).toBe('Lost');
    for (const name of [run, next]) {
      const pod = await client.find(PODS, namespace, name);
      expect(pod?.metadata.deletionTimestamp === undefined && pod?.status?.phase === 'Running').toBe(false);
    }
    expect((await client.get(RUNS, namespace, next)).status?.phase).toBe('Queued');
  },
);
