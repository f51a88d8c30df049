/** How a run ended, from its pod and from what the runner told the API. Either alone is enough. Pure. */
import type { ContainerState, Pod } from '@sequencer/kubernetes/objects';
import type { RunStatus } from '@sequencer/model/kubernetes/sequencer-run';
import { OUTCOME_WORDS, type FinalPhaseWord, type OutcomeWord } from '@sequencer/model/kubernetes/words';
import { z } from 'zod';
import { OUT_OF_MEMORY, evictionOf } from './termination-cause.ts';
import { RUNNER_CONTAINER } from './pod-spec.ts';

export interface Ending {
  phase: FinalPhaseWord;
  exitCode?: number;
  /** A sentence. */
  reason: string;
}

/** After a forced deletion: how long a node may still come and tell how the containers ended. */
const AFTER_FORCE_MS = 30_000;

/** What the supervisor writes to the termination message. */
const messageSchema = z.object({
  outcome: z.enum(OUTCOME_WORDS.map((word) => word.toUpperCase()) as [string, ...string[]]),
  exitCode: z.int().nullable(),
  reason: z.string(),
});

/** What one writes that waited for a run, and was ended before it had one. */
const neverGivenSchema = z.object({ begun: z.literal(false) });

export function runnerState(pod: Pod): ContainerState {
  return pod.status?.containerStatuses?.find(({ name }) => name === RUNNER_CONTAINER)?.state ?? {};
}

/** Whether nothing of the pod runs any more, for certain. */
export function isDown(pod: Pod, now: number): boolean {
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return true;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds !== 0) return false;
  // It would be gone, were it not for our finalizer.
  const { terminated, running } = runnerState(pod);
  if (terminated || (!running && pod.spec.nodeName === undefined)) return true;
  return now - Date.parse(deletionTimestamp) > AFTER_FORCE_MS;
}

/** How long until `isDown` may change by itself, in ms. */
export function untilDown(pod: Pod, now: number): number | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds !== 0) return undefined;
  return Math.max(0, Date.parse(deletionTimestamp) + AFTER_FORCE_MS - now) + 1000;
}

/**
 * Null while the script may run.
 *
 * @param pod null when it is gone
 * @param wanted whether somebody wanted an end of the run
 */
export function endingOf(status: RunStatus, pod: Pod | null, wanted: boolean, now: number): Ending | null {
  const told = pod && isDown(pod, now) ? messageOf(pod) : null;
  if (told) return told;
  const { runner } = status;
  if (runner?.outcome !== undefined) {
    return ending(runner.outcome, runner.exitCode, runner.reason ?? `The script ended: ${runner.outcome}.`);
  }
  if (!pod) {
    return ending(
      'Lost',
      undefined,
      'The pod is gone, and nobody knows how the script ended. The telescope may still move.',
    );
  }
  return isDown(pod, now) ? withoutWords(status, pod, wanted) : null;
}

function ending(phase: FinalPhaseWord, exitCode: number | null | undefined, reason: string): Ending {
  return { phase, reason, ...(exitCode !== undefined && exitCode !== null && { exitCode }) };
}

/** What the supervisor left in the termination message. */
function wordsOf(pod: Pod): unknown {
  try {
    return JSON.parse(runnerState(pod).terminated?.message ?? 'null');
  } catch {
    // Not the supervisor's words: it did not get to write them.
    return null;
  }
}

function messageOf(pod: Pod): Ending | null {
  const { terminated } = runnerState(pod);
  if (!terminated) return null;
  const message = messageSchema.safeParse(wordsOf(pod));
  if (!message.success) return null;
  const { outcome, exitCode, reason } = message.data;
  const word = OUTCOME_WORDS.find((word) => word.toUpperCase() === outcome) as OutcomeWord;
  if (word === 'Killed' && terminated.reason === 'OOMKilled') return outOfMemory(exitCode ?? 137);
  return ending(word, exitCode, reason);
}

function outOfMemory(exitCode: number): Ending {
  return ending('Killed', exitCode, OUT_OF_MEMORY);
}

/** The supervisor left no message. */
function withoutWords(status: RunStatus, pod: Pod, wanted: boolean): Ending {
  const { terminated, running } = runnerState(pod);
  if (terminated?.reason === 'OOMKilled') return outOfMemory(terminated.exitCode);
  if (terminated && ['StartError', 'ContainerCannotRun'].includes(terminated.reason ?? '')) {
    return ending(
      'Failed',
      terminated.exitCode,
      `The container could not start: ${terminated.message ?? 'no reason was given'}. Check spec.runner.image of the Sequencer.`,
    );
  }
  // A node that has lost sight of a container does not say whether it began: then it counts that it was seen to run.
  const begun = terminated?.startedAt ?? running?.startedAt ?? status.startedAt;
  if (!begun || neverGivenSchema.safeParse(wordsOf(pod)).success) return neverBegun(pod, wanted);
  const eviction = evictionOf(pod);
  if (eviction !== null) return ending('Killed', terminated?.exitCode, eviction);
  if (!terminated || terminated.reason === 'ContainerStatusUnknown') {
    const node = pod.spec.nodeName ?? 'its node';
    return ending(
      'Lost',
      undefined,
      `The node ${node} is gone, and nobody knows how the script ended. The telescope may still move.`,
    );
  }
  const { exitCode } = terminated;
  if (exitCode === 137)
    return ending('Killed', 137, 'The runner was killed (SIGKILL) before it could say how the script ended.');
  if (exitCode === 143)
    return ending('Terminated', 143, 'The runner was terminated (SIGTERM) before it could say how the script ended.');
  return ending(
    'Lost',
    exitCode,
    `The runner ended with exit code ${String(exitCode)} and did not say how the script ended. Its log may tell why.`,
  );
}

function neverBegun(pod: Pod, wanted: boolean): Ending {
  const { phase, reason, message, conditions = [] } = pod.status ?? {};
  const { nodeName } = pod.spec;
  const nodeGone = conditions.some(({ reason }) => reason === 'DeletionByPodGC' || reason === 'DeletionByTaintManager');
  // The node had the pod, and never said what became of it.
  if (nodeName !== undefined && (nodeGone || (phase !== 'Failed' && phase !== 'Succeeded'))) {
    return ending('Lost', undefined, `The node ${nodeName} is gone, and nobody knows whether the script ran.`);
  }
  if (wanted) return ending('Cancelled', undefined, 'Cancelled before the script began.');
  if (phase === 'Failed' && pod.metadata.deletionTimestamp === undefined) {
    const words = [reason, message].filter(Boolean).join(': ');
    return ending('Failed', undefined, `The node refused the pod: ${words}. The script did not begin.`);
  }
  return ending('Cancelled', undefined, 'Its pod was deleted before the script began.');
}
