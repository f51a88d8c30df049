/**
 * Gives a run to a pod that waited. Every step can be repeated, in this order:
 * 1. the run's status names the pod and its uid (`claim`): the run has this pod and no other from then on;
 * 2. the pod becomes the run's: owner, label, finalizer; only if it has not changed since it was seen waiting;
 * 3. the Secret that it has mounted, and that was not there, is made: the script is in no other pod's reach;
 * 4. an annotation of the pod makes its node look at once; by itself a node looks about once a minute.
 */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import type { Pod } from '@sequencer/kubernetes/objects';
import { PODS } from '@sequencer/kubernetes/resources';
import { ANNOTATIONS, FINALIZER, LABELS } from '@sequencer/model/kubernetes/names';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isOwned } from '../pods/ownership.ts';
import { ownerOf } from '../pods/pod-spec.ts';
import { givenAt, hasWaited } from './warm-pod.ts';

/** The Secret may reach the node after the annotation: then it looks in vain. In ms after it was given. */
const LOOKS_MS = [1_000, 4_000];

/** Steps 3 and 4, after `adopt`. */
export async function handOver(client: KubernetesClient, own: Pod, makeSecret: () => Promise<void>): Promise<Pod> {
  await makeSecret();
  const annotations = { [ANNOTATIONS.given]: new Date().toISOString() };
  return client.merge(PODS, own.metadata.namespace, own.metadata.name, {
    metadata: { uid: own.metadata.uid, annotations },
  });
}

/** Step 2. */
export async function adopt(client: KubernetesClient, run: SequencerRun, pod: Pod): Promise<Pod> {
  if (isOwned(pod, run)) return pod;
  const { namespace, name, uid, resourceVersion, labels, deletionTimestamp } = pod.metadata;
  const metadata = {
    uid,
    resourceVersion,
    labels: { ...labels, [LABELS.run]: run.metadata.name },
    ownerReferences: [ownerOf(run)],
    // What is being deleted takes no new ones.
    ...(deletionTimestamp === undefined && { finalizers: [FINALIZER] }),
  };
  return client.merge(PODS, namespace, name, { metadata });
}

/** Whether it still has to be given its run. */
export function isToBeGiven(pod: Pod): boolean {
  return hasWaited(pod) && givenAt(pod) === undefined;
}

/** Tells the node again to look, when it is time. Returns in how many ms it is. */
export async function lookAgain(client: KubernetesClient, pod: Pod, now: number): Promise<number | undefined> {
  const given = givenAt(pod);
  if (given === undefined) return undefined;
  const looks = Number(pod.metadata.annotations?.[ANNOTATIONS.looks] ?? 0);
  const after = LOOKS_MS[looks];
  if (after === undefined) return undefined;
  const wait = Date.parse(given) + after - now;
  if (wait > 0) return wait;
  const { namespace, name, uid } = pod.metadata;
  try {
    await client.merge(PODS, namespace, name, {
      metadata: { uid, annotations: { [ANNOTATIONS.looks]: String(looks + 1) } },
    });
  } catch (error) {
    if (!(error instanceof KubernetesError) || !error.notFound) throw error;
  }
  return undefined;
}
