/** Why a pod had to go when neither its script had ended nor anybody wanted an end of the run: what others say. Pure. */
import type { Pod } from '@sequencer/kubernetes/objects';
import type { FinalPhaseWord } from '@sequencer/model/kubernetes/words';
import { sentence } from './sentence.ts';

/** Null when nobody says that it was so. */
export function evictionOf(pod: Pod): string | null {
  const { reason, message, conditions = [] } = pod.status ?? {};
  const disruption = conditions.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  if (reason === 'Evicted' || disruption?.reason === 'TerminationByKubelet') {
    return `The node evicted the pod: ${sentence(message || (disruption?.message ?? 'it gives no reason'))}`;
  }
  if (disruption?.reason === 'PreemptionByScheduler') return 'The pod had to make room for one of a higher priority.';
  if (disruption?.reason === 'EvictionByEvictionAPI') return 'Somebody had the pod evicted, as kubectl drain does.';
  return null;
}

/** How the run ended, and that the pod was evicted, if that may be why. */
export function withEviction(phase: FinalPhaseWord, reason: string, pod: Pod | undefined): string {
  const eviction = pod && phase !== 'Succeeded' && phase !== 'Failed' ? evictionOf(pod) : null;
  return eviction === null || reason.includes(eviction) ? reason : `${reason} ${eviction}`;
}
