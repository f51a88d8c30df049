/** A pod that waits for a run: what it is made of, and whether a run may have it. Pure. */
import { createHash } from 'node:crypto';
import type { Fields, New } from '@sequencer/kubernetes/client';
import type { ConfigMap, NetworkPolicy, Pod } from '@sequencer/kubernetes/objects';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import { ANNOTATIONS, LABELS } from '@sequencer/model/kubernetes/names';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { isDown, runnerState } from '../pods/termination.ts';
import { ownerOf, podSpecOf, runnerLabels } from '../pods/pod-spec.ts';
import { troubleOf } from '../pods/problems.ts';

/** What the pods of a sequencer are made from now. */
export interface Template {
  digest: string;
  podNamed: (name: string) => New<Pod>;
}

/** @param ocs as it is now: a pod keeps what it has mounted for a while after that has changed */
export function templateOf(sequencer: Sequencer, policy: Fields<NetworkPolicy>, ocs: ConfigMap | null): Template {
  const { name, uid } = sequencer.metadata;
  const parts = [uid, podSpecOf(sequencer, '', 'waits'), policy, ocs?.metadata.resourceVersion];
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  return {
    digest,
    podNamed: (pod) => ({
      metadata: {
        name: pod,
        labels: runnerLabels(name),
        annotations: { [ANNOTATIONS.template]: digest },
        ownerReferences: [ownerOf(sequencer)],
      },
      spec: podSpecOf(sequencer, pod, 'waits'),
    }),
  };
}

/** Whether it waits, or soon will, and is what would be made now. */
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
  return isDown(pod, Date.now()) || runnerState(pod).terminated !== undefined;
}

/** Whether a run could be given to it: its runner runs, on a node that answers. */
export function isReady(pod: Pod): boolean {
  const { deletionTimestamp, labels } = pod.metadata;
  const free = deletionTimestamp === undefined && labels?.[LABELS.run] === undefined;
  return free && !hasEnded(pod) && runnerState(pod).running !== undefined && troubleOf(pod) === null;
}

/** Whether the pod of a run was made to wait, for whichever run would come. */
export function hasWaited({ metadata }: Pod): boolean {
  return metadata.annotations?.[ANNOTATIONS.template] !== undefined;
}

/** Since when its script may run. */
export function startedAtOf(pod: Pod): string | undefined {
  const given = givenAt(pod);
  if (hasWaited(pod)) return given === undefined ? undefined : wholeSeconds(new Date(given));
  const { running, terminated } = runnerState(pod);
  return running?.startedAt ?? terminated?.startedAt ?? undefined;
}

export function givenAt({ metadata }: Pod): string | undefined {
  return metadata.annotations?.[ANNOTATIONS.given];
}
