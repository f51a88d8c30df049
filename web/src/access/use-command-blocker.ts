/** Why somebody may not command a telescope now. */
import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue';
import { useFleet } from '../api/sequencers.ts';
import { useSession, useWatching } from '../api/session.ts';

/** A sentence: they watch, or somebody else drives. Null when they may. To stop a run nobody has to drive. */
export function useBarred(sequencer: MaybeRefOrGetter<string>): ComputedRef<string | null> {
  const fleet = useFleet();
  const { person } = useSession();
  const watching = useWatching(sequencer);
  return computed(() => {
    if (watching.value) return watching.value;
    const name = toValue(sequencer);
    const holder = fleet.value?.find((s) => s.name === name)?.control?.holder ?? null;
    if (holder === null || holder === person.value?.name) return null;
    return `${holder} drives ${name}. Ask for control, or take over with a reason.`;
  });
}
