/**
 * Assigns a run to a warm pod. Every step can be repeated, in this order:
 * 1. The run's status names the pod and its uid (`claimPod`). From then on the run has this pod and no other.
 * 2. The run adopts the pod: owner reference, label, finalizer. Refused if the pod has changed since it was read.
 * 3. The Secret that the pod mounts, and that did not exist before, is created. No other pod can read the script.
 * 4. An annotation on the pod makes the kubelet sync it immediately. Without a change, it syncs about once a minute.
 */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import type { Pod } from '@sequencer/kubernetes/objects';
import { PODS } from '@sequencer/kubernetes/resources';
import { ANNOTATIONS, FINALIZER, LABELS } from '@sequencer/model/kubernetes/names';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isOwnedBy } from '../pods/ownership.ts';
import { ownerReference } from '../pods/pod-spec.ts';
import { assignedAt, isFromWarmPool } from './warm-pod.ts';

/** In ms after the assignment. The kubelet may sync the pod before it can read the Secret, so it is nudged again. */
const NUDGE_DELAYS_MS = [1_000, 4_000];

/** Steps 3 and 4, after `adopt`. */
export async function assign(client: KubernetesClient, pod: Pod, createSecret: () => Promise<void>): Promise<Pod> {
  await createSecret();
  const annotations = { [ANNOTATIONS.assignedAt]: new Date().toISOString() };
  return client.merge(PODS, pod.metadata.namespace, pod.metadata.name, {
    metadata: { uid: pod.metadata.uid, annotations },
  });
}

/** Step 2. */
export async function adopt(client: KubernetesClient, run: SequencerRun, pod: Pod): Promise<Pod> {
  if (isOwnedBy(pod, run)) return pod;
  const { namespace, name, uid, resourceVersion, labels, deletionTimestamp } = pod.metadata;
  const metadata = {
    uid,
    resourceVersion,
    labels: { ...labels, [LABELS.run]: run.metadata.name },
    ownerReferences: [ownerReference(run)],
    // The API server accepts no new finalizers on an object that is being deleted.
    ...(deletionTimestamp === undefined && { finalizers: [FINALIZER] }),
  };
  return client.merge(PODS, namespace, name, { metadata });
}

/** Whether steps 3 and 4 are still to be done. */
export function awaitsAssignment(pod: Pod): boolean {
  return isFromWarmPool(pod) && assignedAt(pod) === undefined;
}

/** Repeats step 4 when it is due. Returns in how many ms it is due next; undefined if it is not needed any more. */
export async function nudgeKubelet(client: KubernetesClient, pod: Pod, now: number): Promise<number | undefined> {
  const assigned = assignedAt(pod);
  if (assigned === undefined) return undefined;
  const nudges = Number(pod.metadata.annotations?.[ANNOTATIONS.kubeletNudges] ?? 0);
  const delay = NUDGE_DELAYS_MS[nudges];
  if (delay === undefined) return undefined;
  const wait = Date.parse(assigned) + delay - now;
  if (wait > 0) return wait;
  const { namespace, name, uid } = pod.metadata;
  try {
    await client.merge(PODS, namespace, name, {
      metadata: { uid, annotations: { [ANNOTATIONS.kubeletNudges]: String(nudges + 1) } },
    });
  } catch (error) {
    if (!(error instanceof KubernetesError) || !error.notFound) throw error;
  }
  return undefined;
}
