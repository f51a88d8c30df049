/** What a warm pod is built from, and whether a run can be assigned to it. Pure. */
import { createHash } from 'node:crypto';
import type { Fields, New } from '@sequencer/kubernetes/client';
import type { ConfigMap, NetworkPolicy, Pod } from '@sequencer/kubernetes/objects';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import { ANNOTATIONS, LABELS } from '@sequencer/model/kubernetes/names';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { buildPodSpec, ownerReference, podMetadata } from '../pods/pod-spec.ts';
import { podProblem } from '../pods/problems.ts';
import { isPodTerminated, runnerState } from '../pods/termination.ts';

/** What new warm pods of a sequencer are built from. */
export interface Template {
  digest: string;
  podNamed: (name: string) => New<Pod>;
}

/**
 * @param ofRelease labels of all objects of the release
 * @param ocs the current version: a mounted ConfigMap is updated only some time after a change
 */
export function templateOf(
  sequencer: Sequencer,
  ofRelease: Record<string, string>,
  policy: Fields<NetworkPolicy>,
  ocs: ConfigMap | null,
): Template {
  const metadata = podMetadata(sequencer, ofRelease);
  const parts = [
    sequencer.metadata.uid,
    metadata,
    buildPodSpec(sequencer, '', null),
    policy,
    ocs?.metadata.resourceVersion,
  ];
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  return {
    digest,
    podNamed: (pod) => ({
      metadata: {
        name: pod,
        ...metadata,
        annotations: { ...metadata.annotations, [ANNOTATIONS.template]: digest },
        ownerReferences: [ownerReference(sequencer)],
      },
      spec: buildPodSpec(sequencer, pod, null),
    }),
  };
}

/** Whether the pod has no run, has not ended, and was built from this template. */
export function isCurrent(pod: Pod, { digest }: Template): boolean {
  const { annotations, deletionTimestamp, labels } = pod.metadata;
  return (
    annotations?.[ANNOTATIONS.template] === digest &&
    labels?.[LABELS.run] === undefined &&
    deletionTimestamp === undefined &&
    !hasEnded(pod)
  );
}

export function hasEnded(pod: Pod): boolean {
  return isPodTerminated(pod, Date.now()) || runnerState(pod).terminated !== undefined;
}

/** Whether a run can be assigned to the pod: its runner is up, on a reachable node. */
export function isReady(pod: Pod): boolean {
  const { deletionTimestamp, labels } = pod.metadata;
  const free = deletionTimestamp === undefined && labels?.[LABELS.run] === undefined;
  return free && !hasEnded(pod) && runnerState(pod).running !== undefined && podProblem(pod) === null;
}

/** Whether the pod was created as a warm pod. */
export function isFromWarmPool({ metadata }: Pod): boolean {
  return metadata.annotations?.[ANNOTATIONS.template] !== undefined;
}

/** When the script could start: for a warm pod, when its run was assigned. */
export function startedAtOf(pod: Pod): string | undefined {
  const assigned = assignedAt(pod);
  if (isFromWarmPool(pod)) return assigned === undefined ? undefined : wholeSeconds(new Date(assigned));
  const { running, terminated } = runnerState(pod);
  return running?.startedAt ?? terminated?.startedAt ?? undefined;
}

export function assignedAt({ metadata }: Pod): string | undefined {
  return metadata.annotations?.[ANNOTATIONS.assignedAt];
}
