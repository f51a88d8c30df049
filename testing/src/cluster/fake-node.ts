/**
 * A node without a kubelet: what a kubelet would say about the pods there, a test says. (The nodes of a cluster are not
 * ours, and do not fail when a test wants it; `real-pods.test.ts` has real ones.)
 */
import { randomBytes } from 'node:crypto';
import type { Pod, PodStatus } from '@sequencer/kubernetes/objects';
import { PODS, type Resource } from '@sequencer/kubernetes/resources';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import { client, until } from './cluster.ts';

const nodes: Resource<KubernetesObject> = { apiVersion: 'v1', kind: 'Node', plural: 'nodes' };

const bindings: Resource<KubernetesObject & { target: object }> = {
  apiVersion: 'v1',
  kind: 'Binding',
  plural: 'bindings',
};

/** In the nodeSelector of a runner: no real node takes the pod. */
export const NOWHERE = { 'sequencer.dev/test': 'nowhere' };

export class FakeNode {
  readonly name = `fake-${randomBytes(4).toString('hex')}`;

  async add(): Promise<void> {
    await client.create(nodes, null, { metadata: { name: this.name } });
  }

  async remove(): Promise<void> {
    const node = await client.find(nodes, null, this.name);
    if (node) await client.remove(nodes, null, node.metadata);
  }

  /** Takes the pod of a run, once it is there. */
  async take(namespace: string, run: string): Promise<Pod> {
    const pod = await until(`the run ${run} has a pod`, () => client.find(PODS, namespace, run));
    // The name of a binding is that of its pod.
    await client.create(bindings, namespace, {
      metadata: { name: run },
      target: { apiVersion: 'v1', kind: 'Node', name: this.name },
    });
    return pod;
  }

  async running(namespace: string, run: string): Promise<void> {
    await this.take(namespace, run);
    await say(namespace, run, { phase: 'Running', ...container({ running: { startedAt: now() } }) });
  }

  /** As a kubelet: the container has ended, with what it left in the termination message. */
  async ended(namespace: string, run: string, exitCode: number, message: string, reason = 'Completed'): Promise<void> {
    const terminated = { exitCode, message, reason, startedAt: now(), finishedAt: now() };
    await say(namespace, run, { phase: exitCode === 0 ? 'Succeeded' : 'Failed', ...container({ terminated }) });
    await this.forget(namespace, run);
  }

  /** As a kubelet: a pod that was to be deleted has ended, and may go. */
  async forget(namespace: string, run: string): Promise<void> {
    const pod = await client.find(PODS, namespace, run);
    if (pod?.metadata.deletionTimestamp !== undefined) {
      await client.remove(PODS, namespace, pod.metadata, { gracePeriodSeconds: 0 });
    }
  }
}

export function outcome(word: string, exitCode: number | null, reason: string): string {
  return JSON.stringify({ outcome: word, exitCode, reason });
}

export function container(state: NonNullable<PodStatus['containerStatuses']>[number]['state']): PodStatus {
  const rest = { image: 'x', imageID: '', ready: false, restartCount: 0 };
  return { containerStatuses: [{ name: 'runner', state: state ?? {}, ...rest }] };
}

export async function say(namespace: string, run: string, status: PodStatus): Promise<void> {
  await client.merge(PODS, namespace, run, { status }, 'status');
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
