/** Which objects belong to a run. Pure. */
import type { Pod } from '@sequencer/kubernetes/objects';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

/** Whether this run owns the object, and not another run of the same name. */
export function isOwnedBy({ metadata }: Pick<KubernetesObject, 'metadata'>, run: SequencerRun): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === run.metadata.uid) ?? false;
}

/** True also for a warm pod that the run's status names and that has no owner reference to the run yet. */
export function isPodOf(pod: Pod, run: SequencerRun): boolean {
  return isOwnedBy(pod, run) || pod.metadata.uid === run.status?.podUID;
}

/** The name of the run's pod, and of the Secret that the pod mounts. */
export function podNameOf({ metadata, status }: SequencerRun): string {
  return status?.podName ?? metadata.name;
}
