/** Which objects are those of a run. Pure. */
import type { Pod } from '@sequencer/kubernetes/objects';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

/** Whether the object was made for this run, and not for another of the same name. */
export function isOwned({ metadata }: Pick<KubernetesObject, 'metadata'>, run: SequencerRun): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === run.metadata.uid) ?? false;
}

/** Also a pod that waited and was promised to the run, but does not know it yet. */
export function isPodOf(pod: Pod, run: SequencerRun): boolean {
  return isOwned(pod, run) || pod.metadata.uid === run.status?.podUID;
}

/** The name of its pod, and of the Secret that the pod has mounted. */
export function podNameOf({ metadata, status }: SequencerRun): string {
  return status?.podName ?? metadata.name;
}
