/**
 * A node without a kubelet: the test writes the pod statuses that a kubelet would report. A test cannot make real nodes fail on
 * request; `real-pods.test.ts` uses real ones.
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

/** As the nodeSelector of a runner, it keeps the pod off real nodes. */
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

  /** Binds the pod of a run to this node, when the pod exists. */
  async bind(namespace: string, run: string): Promise<Pod> {
    const pod = await until(`the run ${run} has a pod`, () => client.find(PODS, namespace, run));
    // A binding has the name of its pod.
    await client.create(bindings, namespace, {
      metadata: { name: run },
      target: { apiVersion: 'v1', kind: 'Node', name: this.name },
    });
    return pod;
  }

  async running(namespace: string, run: string): Promise<void> {
    await this.bind(namespace, run);
    await reportStatus(namespace, run, { phase: 'Running', ...container({ running: { startedAt: now() } }) });
  }

  /** Reports that the second container has terminated, because the script has ended. The runner may still wait for the API. */
  async scriptEnded(namespace: string, run: string, message: string): Promise<void> {
    const terminated = { exitCode: 0, message, reason: 'Completed', startedAt: now(), finishedAt: now() };
    await reportStatus(namespace, run, {
      containerStatuses: [
        { name: 'runner', state: { running: { startedAt: now() } }, ...REST },
        { name: 'termination', state: { terminated }, ...REST },
      ] as NonNullable<PodStatus['containerStatuses']>,
    });
  }

  /** Reports as a kubelet that the container has terminated, with its termination message. */
  async ended(namespace: string, run: string, exitCode: number, message: string, reason = 'Completed'): Promise<void> {
    const terminated = { exitCode, message, reason, startedAt: now(), finishedAt: now() };
    await reportStatus(namespace, run, {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      ...container({ terminated }),
    });
    await this.removeDeleted(namespace, run);
  }

  /** Removes, as a kubelet, a pod that has a deletion timestamp and has terminated. */
  async removeDeleted(namespace: string, run: string): Promise<void> {
    const pod = await client.find(PODS, namespace, run);
    if (pod?.metadata.deletionTimestamp !== undefined) {
      await client.remove(PODS, namespace, pod.metadata, { gracePeriodSeconds: 0 });
    }
  }
}

export function outcome(word: string, exitCode: number | null, reason: string, more: object = {}): string {
  return JSON.stringify({ outcome: word, exitCode, reason, ...more });
}

export function container(state: NonNullable<PodStatus['containerStatuses']>[number]['state']): PodStatus {
  return { containerStatuses: [{ name: 'runner', state: state ?? {}, ...REST }] };
}

const REST = { image: 'x', imageID: '', ready: false, restartCount: 0 };

export async function reportStatus(namespace: string, run: string, status: PodStatus): Promise<void> {
  await client.merge(PODS, namespace, run, { status }, 'status');
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
