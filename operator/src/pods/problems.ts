/** Why a pod that is there does not run yet, or may have stopped: a sentence with what to do. Pure. */
import type { Pod } from '@sequencer/kubernetes/objects';
import { runnerState } from './termination.ts';
import { sentence } from './sentence.ts';

export interface Trouble {
  /** A word for programs. */
  reason: string;
  message: string;
}

const PULL = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError'];
const CREATE = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];

/** Null when there is nothing to say. */
export function troubleOf(pod: Pod): Trouble | null {
  const condition = (type: string) => pod.status?.conditions?.find((c) => c.type === type);
  const { waiting, running } = runnerState(pod);
  const scheduled = condition('PodScheduled');
  // What the scheduler says may come after what the node says.
  if (scheduled?.status === 'False' && !running) {
    return {
      reason: 'Unschedulable',
      message: `No node can take the pod: ${sentence(scheduled.message ?? 'the scheduler gives no reason')} Check spec.runner of the Sequencer (resources, nodeSelector, tolerations), or cancel the run.`,
    };
  }
  if (waiting?.reason !== undefined && PULL.includes(waiting.reason)) {
    return {
      reason: 'ImagePull',
      message: `The image cannot be pulled: ${sentence(waiting.message ?? waiting.reason)} Check spec.runner.image and imagePullSecrets of the Sequencer. It is tried again and again; cancel the run to give up.`,
    };
  }
  if (waiting?.reason !== undefined && CREATE.includes(waiting.reason)) {
    return {
      reason: 'Container',
      message: `The container cannot be made: ${sentence(waiting.message ?? waiting.reason)} Mend it, or cancel the run.`,
    };
  }
  const ready = condition('Ready');
  if (running && (pod.status?.reason === 'NodeLost' || ready?.reason === 'NodeNotReady' || nodeAway(pod))) {
    return {
      reason: 'NodeAway',
      message: `The node ${pod.spec.nodeName ?? ''} does not answer. The script may still be running there. If the node is gone for good, delete the node object (kubectl delete node ${pod.spec.nodeName ?? ''}).`,
    };
  }
  return null;
}

/** As the node controller marks pods: not ready, without the node having said so. */
function nodeAway(pod: Pod): boolean {
  const conditions = pod.status?.conditions ?? [];
  const is = (type: string, status: string) => conditions.some((c) => c.type === type && c.status === status);
  return is('Ready', 'False') && is('ContainersReady', 'True');
}
