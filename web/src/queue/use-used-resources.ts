/** The resources that the active runs of other telescopes use. Queued runs that name them wait. */
import { computed, type ComputedRef } from 'vue';
import { useSequencers } from '../api/sequencers.ts';

export function useUsedResources(telescope: () => string): ComputedRef<ReadonlySet<string>> {
  const sequencers = useSequencers();
  return computed(() => {
    const others = (sequencers.value ?? []).filter(({ name }) => name !== telescope());
    return new Set(others.flatMap(({ activeRun }) => activeRun?.resources ?? []));
  });
}
