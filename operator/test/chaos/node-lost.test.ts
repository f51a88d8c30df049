/** A node whose network is unplugged: the script there may run on, so nothing is started in its place. */
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
/** Until Kubernetes itself notices, and its garbage collection has been by. */
const LONG = 180_000;
let namespace: string;
let operator: RunningOperator;
let node: string;

beforeAll(async () => {
  const names = (await client.list(nodes, null)).map(({ metadata }) => metadata.name).sort();
  node = names.at(-1) ?? '';
  if (names.length < 2) throw new Error('A node is unplugged here: the cluster has to have two.');
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

/** A script that runs on the node, and a run that waits behind it. */
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

async function saysThatTheNodeIsAway(run: string): Promise<void> {
  await until(
    'the run says so',
    async () => /The node \S+ is unreachable/.test((await client.get(RUNS, namespace, run)).status?.reason ?? ''),
    LONG,
  );
}

test(
  'a node that comes back: the script ran on, once, and the queue goes on after it',
  { timeout: 400_000 },
  async () => {
    const [run, next] = await start(
      'back',
      'import time\nprint("begun", flush=True)\ntime.sleep(60)\nprint("ended", flush=True)\n',
    );
    const { uid } = (await client.get(PODS, namespace, run)).metadata;
    await call('CHAOS_PARTITION', node);
    await saysThatTheNodeIsAway(run);
    expect((await client.get(RUNS, namespace, run)).status?.phase).toBe('Running');
    expect(await client.find(PODS, namespace, next)).toBeNull();
    await call('CHAOS_HEAL', node);
    await until('the run has ended', async () => (await client.get(RUNS, namespace, run)).status?.finishedAt, LONG);
    await inPhase(namespace, run, 'Succeeded');
    expect(await logOf(namespace, run)).toBe('begun\nended\n');
    expect((await client.get(PODS, namespace, run)).metadata.uid).toBe(uid);
    await until('the next has ended', async () => (await client.get(RUNS, namespace, next)).status?.finishedAt, LONG);
  },
);

test(
  'a node that is given up: the run is lost, the queue is held, and healing brings nothing back',
  {
    timeout: 600_000,
  },
  async () => {
    const [run, next] = await start('gone', 'import time\nprint("begun", flush=True)\ntime.sleep(3600)\n');
    await call('CHAOS_PARTITION', node);
    await saysThatTheNodeIsAway(run);
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
    await until('the node is back', () => ready('True'), LONG);
    expect((await client.get(RUNS, namespace, run)).status?.phase).toBe('Lost');
    for (const name of [run, next]) {
      const pod = await client.find(PODS, namespace, name);
      expect(pod?.metadata.deletionTimestamp === undefined && pod?.status?.phase === 'Running').toBe(false);
    }
    expect((await client.get(RUNS, namespace, next)).status?.phase).toBe('Queued');
  },
);
