/** Why somebody may not command a telescope now. */
import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue';
import { useSequencers } from '../api/sequencers.ts';
import { useSession, useReadOnlyReason } from '../api/session.ts';

/** A sentence: they watch, or somebody else drives. Null when they may. To stop a run nobody has to drive. */
export function useCommandBlocker(sequencer: MaybeRefOrGetter<string>): ComputedRef<string | null> {
  const sequencers = useSequencers();
  const { person } = useSession();
  const readOnly = useReadOnlyReason(sequencer);
  return computed(() => {
    if (readOnly.value) return readOnly.value;
    const name = toValue(sequencer);
    const holder = sequencers.value?.find((s) => s.name === name)?.control?.holder ?? null;
    if (holder === null || holder === person.value?.name) return null;
    return `${holder} drives ${name}. Ask for control, or take over with a reason.`;
  });
}
