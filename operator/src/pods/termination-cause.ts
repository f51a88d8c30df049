/** What the cluster says of why a script was stopped, when that was neither its own end nor somebody's wish. Pure. */
import type { Pod } from '@sequencer/kubernetes/objects';
import type { FinalPhaseWord } from '@sequencer/model/kubernetes/words';
import { sentence } from './sentence.ts';

export const OUT_OF_MEMORY =
  'The script used more memory than its limit and was killed. Raise spec.runner.resources.limits.memory of the ' +
  'Sequencer, or let the script use less.';

/** Null when nobody says that the pod had to go. */
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

/** How the run ended, and what the cluster says of why, if it does not say it already. */
export function withCause(phase: FinalPhaseWord, reason: string, pod: Pod | undefined): string {
  if (!pod || phase === 'Succeeded' || phase === 'Failed') return reason;
  const starved = pod.status?.containerStatuses?.some(({ state }) => state?.terminated?.reason === 'OOMKilled');
  const cause = phase === 'Killed' && starved ? OUT_OF_MEMORY : evictionOf(pod);
  return cause === null || reason.includes(cause) ? reason : `${reason} ${cause}`;
}
