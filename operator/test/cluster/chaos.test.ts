/**
 * Two operators whose connections to the API server break at random, and which are restarted, while runs are submitted,
 * cancelled and deleted. A watcher checks all the time that each sequencer has at most one pod that is not terminated, that
 * each run has one pod, and that outcomes do not change. At the end, all submitted runs have ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { PODS, RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { LABELS } from '@sequencer/model/kubernetes/names';
import { isFinalKubernetesPhase } from '@sequencer/model/kubernetes/enums';
import { isPodTerminated, runnerState } from '../../src/pods/termination.ts';
import { client, dropNamespace, makeNamespace, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { FakeNode, NOWHERE, outcome } from '@sequencer/testing/cluster/fake-node';
import { startOperator, type RunningOperator } from '@sequencer/testing/cluster/operators';
import { startProxy, type CutProxy } from '@sequencer/testing/cluster/proxy';
import { randomFrom, seed } from '@sequencer/testing/cluster/random';
import { Watcher } from '@sequencer/testing/cluster/watcher';

const SECONDS = 15;
const NAMES = ['one', 'two', 'three'];

let namespace: string;
const node = new FakeNode();
let proxies: CutProxy[];
let operators: RunningOperator[];
const random = randomFrom(seed);
const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];

beforeAll(async () => {
  namespace = await makeNamespace();
  await node.add();
  for (const name of NAMES) {
    await makeSequencer(namespace, name, { runner: { image: 'x', env: [], egress: [], nodeSelector: NOWHERE } });
  }
  proxies = [await startProxy(), await startProxy()];
  operators = await Promise.all(
    proxies.map((proxy) => startOperator(namespace, { client: proxy.client, inactivityMs: 3000 })),
  );
});
afterAll(async () => {
  await Promise.all(operators.map(({ stop }) => stop()));
  for (const proxy of proxies) proxy.close();
  await node.remove();
  await dropNamespace(namespace);
});

/** Ignores conflicts with changes by the operators. */
function ignoreConflicts(error: unknown): void {
  if (error instanceof KubernetesError && (error.notFound || error.status === 409 || error.status === 422)) return;
  throw error;
}

/** Acts as a kubelet: runs pods for a moment and ends them; pods that are being deleted end first. */
async function simulateKubelets(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const pod of await client.list(PODS, namespace, { labelSelector: LABELS.run })) {
      const { name, deletionTimestamp } = pod.metadata;
      if (isPodTerminated(pod, Date.now())) continue;
      if (pod.spec.nodeName === undefined && deletionTimestamp === undefined) {
        await node.running(namespace, name).catch(ignoreConflicts);
      } else if (!runnerState(pod).terminated && deletionTimestamp !== undefined) {
        await node
          .ended(namespace, name, 130, outcome('INTERRUPTED', 130, 'Interrupted.'), 'Error')
          .catch(ignoreConflicts);
      } else if (random() < 0.3) {
        const succeeds = random() < 0.9;
        const message = succeeds ? outcome('SUCCEEDED', 0, 'Done.') : outcome('FAILED', 1, 'Why.');
        await node.ended(namespace, name, succeeds ? 0 : 1, message).catch(ignoreConflicts);
      }
    }
    await sleep(100);
  }
}

async function disturb(): Promise<void> {
  const index = Math.floor(random() * 2);
  const proxy = proxies[index];
  const dice = random();
  if (!proxy) return;
  if (dice < 0.4) proxy.cut();
  else if (dice < 0.6) proxy.down(true);
  else if (dice < 0.75) proxy.silence(true);
  else if (dice < 0.85) {
    await operators[index]?.stop();
    proxy.down(false);
    proxy.silence(false);
    operators[index] = await startOperator(namespace, { client: proxy.client, inactivityMs: 3000 });
  } else {
    proxy.down(false);
    proxy.silence(false);
    proxy.cut();
  }
}

async function simulateUser(): Promise<void> {
  const dice = random();
  if (dice < 0.6) {
    await submit(namespace, pick(NAMES) ?? 'one', { desiredState: random() < 0.2 ? 'Running' : 'Queued' });
    return;
  }
  const runs = await client.list(RUNS, namespace);
  const run = pick(runs.filter(({ status }) => !isFinalKubernetesPhase(status?.phase)));
  if (!run) return;
  if (dice < 0.75)
    await client
      .merge(RUNS, namespace, run.metadata.name, { spec: { desiredState: 'Cancelled' } })
      .catch(ignoreConflicts);
  else if (dice < 0.85) await client.remove(RUNS, namespace, run.metadata);
}

async function resumeAll(): Promise<void> {
  for (const { metadata, status, spec } of await client.list(SEQUENCERS, namespace)) {
    if (status?.hold && spec.resumeAfter !== status.hold.run) {
      await client.merge(SEQUENCERS, namespace, metadata.name, { spec: { resumeAfter: status.hold.run } });
    }
  }
}

test(`runs one run at a time, each once, whatever fails (seed ${String(seed)})`, { timeout: 240_000 }, async () => {
  const stopping = new AbortController();
  const watcher = new Watcher(namespace);
  const background = Promise.all([simulateKubelets(stopping.signal), watcher.watch(stopping.signal)]);
  const deadline = performance.now() + SECONDS * 1000;
  while (performance.now() < deadline) {
    await simulateUser();
    if (random() < 0.2) await disturb();
    if (random() < 0.2) await resumeAll();
    await sleep(100 * random());
  }
  for (const proxy of proxies) {
    proxy.down(false);
    proxy.silence(false);
    proxy.cut();
  }
  await until(
    'all submitted runs have ended',
    async () => {
      await resumeAll();
      const open = (await client.list(RUNS, namespace)).filter(({ status }) => !isFinalKubernetesPhase(status?.phase));
      if (open.length > 0) throw new Error(JSON.stringify(open.map(({ metadata, status }) => [metadata.name, status])));
      return true;
    },
    120_000,
  );
  await watcher.check();
  stopping.abort();
  await background;
  expect(watcher.faults).toEqual([]);
  expect(watcher.checks).toBeGreaterThan(50);
  expect(watcher.pods.size).toBeGreaterThan(10);
});
