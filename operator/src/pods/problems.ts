/** Explains why a pod does not start, or may have stopped, and what to do about it. Pure. */
import type { Pod } from '@sequencer/kubernetes/objects';
import { runnerState } from './termination.ts';
import { sentence } from './sentence.ts';

export interface PodProblem {
  /** For programs, in CamelCase. */
  reason: string;
  message: string;
}

const PULL = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError'];
const CREATE = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];

/** Null if the pod has no problem. */
export function podProblem(pod: Pod): PodProblem | null {
  const condition = (type: string) => pod.status?.conditions?.find((c) => c.type === type);
  const { waiting, running } = runnerState(pod);
  const scheduled = condition('PodScheduled');
  // The scheduler's condition may be older than the node of the pod.
  if (scheduled?.status === 'False' && pod.spec.nodeName === undefined) {
    return {
      reason: 'Unschedulable',
      message: `The pod cannot be scheduled: ${sentence(scheduled.message ?? 'the scheduler gave no reason')} Check spec.runner of the Sequencer (resources, nodeSelector, tolerations), or cancel the run.`,
    };
  }
  if (waiting?.reason !== undefined && PULL.includes(waiting.reason)) {
    return {
      reason: 'ImagePull',
      message: `The image cannot be pulled: ${sentence(waiting.message ?? waiting.reason)} Check spec.runner.image and imagePullSecrets of the Sequencer. The node keeps retrying; cancel the run to stop.`,
    };
  }
  if (waiting?.reason !== undefined && CREATE.includes(waiting.reason)) {
    return {
      reason: 'Container',
      message: `The container cannot be created: ${sentence(waiting.message ?? waiting.reason)} Fix the cause, or cancel the run.`,
    };
  }
  const ready = condition('Ready');
  if (running && (pod.status?.reason === 'NodeLost' || ready?.reason === 'NodeNotReady' || isNodeUnreachable(pod))) {
    return {
      reason: 'NodeUnreachable',
      message: `The node ${pod.spec.nodeName ?? ''} is unreachable. The script may still be running there. If the node will not return, delete it (kubectl delete node ${pod.spec.nodeName ?? ''}).`,
    };
  }
  return null;
}

/** The node controller marks the pod as not ready, and the node has not reported it. */
function isNodeUnreachable(pod: Pod): boolean {
  const conditions = pod.status?.conditions ?? [];
  const is = (type: string, status: string) => conditions.some((c) => c.type === type && c.status === status);
  return is('Ready', 'False') && is('ContainersReady', 'True');
}
