/** Determines how a run ended, from its pod and from what the runner reported to the API. Either is enough. Pure. */
import type { ContainerState, Pod } from '@sequencer/kubernetes/objects';
import { isScriptRefusal } from '@sequencer/model';
import type { RunStatus } from '@sequencer/model/kubernetes/sequencer-run';
import {
  KUBERNETES_OUTCOMES,
  type FinalKubernetesPhase,
  type KubernetesOutcome,
} from '@sequencer/model/kubernetes/enums';
import { z } from 'zod';
import { OUT_OF_MEMORY, evictionOf, isOutOfMemory } from './termination-cause.ts';
import { RUNNER_CONTAINER, TERMINATION_CONTAINER } from './pod-spec.ts';

export interface Termination {
  phase: FinalKubernetesPhase;
  exitCode?: number;
  /** One or two sentences. */
  reason: string;
  /** The runner refused the script, so that none of it ran. */
  refused?: true;
}

/** How long after a forced deletion a node may still report how the containers ended. */
const AFTER_FORCE_MS = 30_000;

/** The termination message that the supervisor writes. */
const messageSchema = z.object({
  outcome: z.enum(KUBERNETES_OUTCOMES.map((word) => word.toUpperCase()) as [string, ...string[]]),
  exitCode: z.int().nullable(),
  reason: z.string(),
  /** The code with which the runner refused the start. */
  refused: z.string().optional(),
});

/** The termination message of a warm pod that ended without a run. */
const neverAssignedSchema = z.object({ begun: z.literal(false) });

export function runnerState(pod: Pod): ContainerState {
  return stateOf(pod, RUNNER_CONTAINER);
}

function stateOf(pod: Pod, container: string): ContainerState {
  return pod.status?.containerStatuses?.find(({ name }) => name === container)?.state ?? {};
}

/** How the script ended, and when, although its runner may still wait for the API; null while it is not known to have ended. */
export function endedScript(pod: Pod): (Termination & { finishedAt: string | undefined }) | null {
  const { terminated } = stateOf(pod, TERMINATION_CONTAINER);
  const message = terminated && messageSchema.safeParse(jsonOf(terminated.message)).data;
  return message ? { ...reportedTermination(message), finishedAt: terminated.finishedAt ?? undefined } : null;
}

/** Whether it is certain that no container of the pod is running. */
export function isPodTerminated(pod: Pod, now: number): boolean {
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return true;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds !== 0) return false;
  // Only the finalizer keeps the object.
  const { terminated, running } = runnerState(pod);
  if (terminated || (!running && pod.spec.nodeName === undefined)) return true;
  return now - Date.parse(deletionTimestamp) > AFTER_FORCE_MS;
}

/** In ms: when `isPodTerminated` may change without a change of the pod. */
export function msUntilPodTerminated(pod: Pod, now: number): number | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds !== 0) return undefined;
  return Math.max(0, Date.parse(deletionTimestamp) + AFTER_FORCE_MS - now) + 1000;
}

/**
 * Whether the API may still report how the script ended: the pod terminated without a termination message, and the API was
 * connected to its runner. A kubelet that evicts a pod kills it after 1 s, possibly between the report and the message.
 */
export function awaitsOutcome({ runner }: RunStatus, pod: Pod | null, now: number): boolean {
  if (!pod || !isPodTerminated(pod, now) || terminationFromMessage(pod)) return false;
  return runner?.connected === true && runner.outcome === undefined;
}

/**
 * Null while the script may be running.
 *
 * @param pod null if it does not exist any more
 * @param stopRequested whether the run was cancelled or deleted, or has timed out
 */
export function terminationOf(
  status: RunStatus,
  pod: Pod | null,
  stopRequested: boolean,
  now: number,
): Termination | null {
  const written = pod && isPodTerminated(pod, now) ? terminationFromMessage(pod) : null;
  if (written) return written;
  const { runner } = status;
  if (runner?.outcome !== undefined) {
    return termination(runner.outcome, runner.exitCode, runner.reason ?? `The script ended: ${runner.outcome}.`);
  }
  if (!pod) {
    return termination(
      'Lost',
      undefined,
      'The pod no longer exists; how the script ended is unknown. The telescope may still be moving.',
    );
  }
  return isPodTerminated(pod, now) ? terminationFromStatus(status, pod, stopRequested) : null;
}

function termination(phase: FinalKubernetesPhase, exitCode: number | null | undefined, reason: string): Termination {
  return { phase, reason, ...(exitCode !== undefined && exitCode !== null && { exitCode }) };
}

/** The termination message of the runner as JSON; null if there is none. */
function messageOf(pod: Pod): unknown {
  return jsonOf(runnerState(pod).terminated?.message);
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    // Not JSON: Kubernetes wrote it, because the supervisor did not.
    return null;
  }
}

function terminationFromMessage(pod: Pod): Termination | null {
  const { terminated } = runnerState(pod);
  if (!terminated) return null;
  const message = messageSchema.safeParse(messageOf(pod)).data;
  if (!message) return null;
  const reported = reportedTermination(message);
  if (reported.phase === 'Killed' && isOutOfMemory(pod, terminated)) return outOfMemory(reported.exitCode ?? 137);
  return reported;
}

function reportedTermination({ outcome, exitCode, reason, refused }: z.infer<typeof messageSchema>): Termination {
  const phase = KUBERNETES_OUTCOMES.find((value) => value.toUpperCase() === outcome) as KubernetesOutcome;
  return { ...termination(phase, exitCode, reason), ...(isScriptRefusal(refused) && { refused: true }) };
}

function outOfMemory(exitCode: number): Termination {
  return termination('Killed', exitCode, OUT_OF_MEMORY);
}

/** For a pod without a termination message from the supervisor. */
function terminationFromStatus(status: RunStatus, pod: Pod, stopRequested: boolean): Termination {
  const { terminated, running } = runnerState(pod);
  if (terminated && isOutOfMemory(pod, terminated)) return outOfMemory(terminated.exitCode);
  if (terminated && ['StartError', 'ContainerCannotRun'].includes(terminated.reason ?? '')) {
    return termination(
      'Failed',
      terminated.exitCode,
      `The container could not start: ${terminated.message ?? 'Kubernetes gave no reason'}. Check spec.runner.image of the Sequencer.`,
    );
  }
  // A node that has lost track of a container does not report its start. The run's status still has the time.
  const startedAt = terminated?.startedAt ?? running?.startedAt ?? status.startedAt;
  if (!startedAt || neverAssignedSchema.safeParse(messageOf(pod)).success) return neverStarted(pod, stopRequested);
  const eviction = evictionOf(pod);
  if (eviction !== null) return termination('Killed', terminated?.exitCode, eviction);
  // A container runtime that has restarted, as after a reboot of the node, reports 255 and no reason of its own.
  if (!terminated || terminated.reason === 'ContainerStatusUnknown' || isExitUnknown(terminated)) {
    const node = pod.spec.nodeName === undefined ? 'The node of the pod' : `The node ${pod.spec.nodeName}`;
    return termination(
      'Lost',
      undefined,
      `${node} was lost; how the script ended is unknown. The telescope may still be moving.`,
    );
  }
  const { exitCode } = terminated;
  if (exitCode === 137)
    return termination('Killed', 137, 'The runner was killed (SIGKILL) before it could report how the script ended.');
  if (exitCode === 143)
    return termination(
      'Terminated',
      143,
      'The runner was terminated (SIGTERM) before it could report how the script ended.',
    );
  return termination(
    'Lost',
    exitCode,
    `The runner ended with exit code ${String(exitCode)} and did not report how the script ended. Check the log of the pod.`,
  );
}

function isExitUnknown({ exitCode, reason }: NonNullable<ContainerState['terminated']>): boolean {
  return exitCode === 255 && reason === 'Unknown';
}

function neverStarted(pod: Pod, stopRequested: boolean): Termination {
  const { phase, reason, message, conditions = [] } = pod.status ?? {};
  const { nodeName } = pod.spec;
  const nodeGone = conditions.some(({ reason }) => reason === 'DeletionByPodGC' || reason === 'DeletionByTaintManager');
  // The node accepted the pod and never reported its status.
  if (nodeName !== undefined && (nodeGone || (phase !== 'Failed' && phase !== 'Succeeded'))) {
    return termination('Lost', undefined, `The node ${nodeName} was lost; whether the script ran is unknown.`);
  }
  if (stopRequested) return termination('Cancelled', undefined, 'Cancelled before the script started.');
  if (phase === 'Failed' && pod.metadata.deletionTimestamp === undefined) {
    const why = [reason, message].filter(Boolean).join(': ');
    return termination('Failed', undefined, `The node rejected the pod: ${why}. The script did not start.`);
  }
  return termination('Cancelled', undefined, 'The pod was deleted before the script started.');
}
