/** Explains from the pod's status why a script was stopped by the cluster. Pure. */
import type { ContainerState, Pod } from '@sequencer/kubernetes/objects';
import type { FinalKubernetesPhase } from '@sequencer/model/kubernetes/enums';
import { RUNNER_CONTAINER } from './pod-spec.ts';
import { sentence } from './sentence.ts';

export const OUT_OF_MEMORY =
  'The script used more memory than its limit and was killed. Raise spec.runner.resources.limits.memory of the ' +
  'Sequencer, or reduce the memory that the script uses.';

/** Null if the pod was not evicted. */
export function evictionOf(pod: Pod): string | null {
  const { reason, message, conditions = [] } = pod.status ?? {};
  const disruption = conditions.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  if (reason === 'Evicted' || disruption?.reason === 'TerminationByKubelet') {
    return `The node evicted the pod: ${sentence(message || (disruption?.message ?? 'the node gave no reason'))}`;
  }
  if (disruption?.reason === 'PreemptionByScheduler') return 'The pod was preempted by a pod with a higher priority.';
  if (disruption?.reason === 'EvictionByEvictionAPI') {
    return 'The pod was evicted through the Eviction API, for example by kubectl drain.';
  }
  return null;
}

/**
 * Whether the container was killed because of its memory limit. With cgroup v1, containerd may also report `OOMKilled` for a
 * container that the kubelet killed: its notification is sent when the cgroup is removed as well.
 */
export function isOutOfMemory(pod: Pod, terminated: ContainerState['terminated']): boolean {
  return terminated?.reason === 'OOMKilled' && evictionOf(pod) === null;
}

/** The reason with the cause from the pod's status appended, unless it has the cause already. */
export function withCause(phase: FinalKubernetesPhase, reason: string, pod: Pod | undefined): string {
  if (!pod || phase === 'Succeeded' || phase === 'Failed') return reason;
  const runner = pod.status?.containerStatuses?.find(({ name }) => name === RUNNER_CONTAINER);
  const outOfMemory = isOutOfMemory(pod, runner?.state?.terminated);
  const cause = phase === 'Killed' && outOfMemory ? OUT_OF_MEMORY : evictionOf(pod);
  return cause === null || reason.includes(cause) ? reason : `${reason} ${cause}`;
}
